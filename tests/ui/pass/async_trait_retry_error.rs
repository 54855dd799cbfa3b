//! `RetryError` as the error type under `#[async_trait]`, with `?` on the inner error.

use std::num::ParseIntError;

use async_trait::async_trait;
use retry_core::{RetryError, StopReason, with_retry};

#[async_trait]
trait Load {
    async fn load(&mut self, text: &str) -> Result<u32, RetryError<ParseIntError>>;
}

struct Disk {
    calls: u32,
}

#[async_trait]
impl Load for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load(&mut self, text: &str) -> Result<u32, RetryError<ParseIntError>> {
        self.calls += 1;
        let number: u32 = text.parse()?;
        Ok(number)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut disk = Disk { calls: 0 };
    let error = disk.load("no number").await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (StopReason::AttemptsExhausted, 3));
    assert_eq!(error.into_last_error(), "no number".parse::<u32>().err());
    assert_eq!(disk.calls, 3);
}
