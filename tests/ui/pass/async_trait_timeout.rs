//! A timeout and an attempt timeout under `#[async_trait]`.

use std::future::pending;
use std::io;

use async_trait::async_trait;
use retry_core::{RetryError, StopReason, with_retry};

#[async_trait]
trait Load {
    async fn load(&mut self) -> Result<u32, RetryError<io::Error>>;
}

struct Disk {
    calls: u32,
}

#[async_trait]
impl Load for Disk {
    #[with_retry(
        max_attempts = u32::MAX,
        strategy = "fixed",
        initial_delay = "500ms",
        jitter = "none",
        attempt_timeout = "1s",
        timeout = "4s",
    )]
    async fn load(&mut self) -> Result<u32, RetryError<io::Error>> {
        self.calls += 1;
        pending().await
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut disk = Disk { calls: 0 };
    let error = disk.load().await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (StopReason::DeadlineExceeded, 3));
    assert_eq!(disk.calls, 3);
}
