//! A handle that is part of what is consumed and cannot be cloned: the attempts share it.

use std::io;
use std::time::Duration;

use retry_core::{Retry, RetryError, RetryPolicy, with_retry};

struct Client {
    retry: Retry,
    calls: u32,
}

impl Client {
    fn new() -> Self {
        let policy = RetryPolicy::new().with_initial_delay(Duration::ZERO);
        Self { retry: Retry::new(policy).without_budget(), calls: 0 }
    }
}

impl Client {
    #[with_retry(retry = self.retry)]
    async fn load(self) -> Result<u32, RetryError<io::Error>> {
        self.calls += 1;
        if self.calls < 3 {
            Err(io::ErrorKind::TimedOut)?
        }
        Ok(self.calls)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Client::new().load().await.unwrap(), 3);
}
