//! A handle behind a pin, by a method.

use std::io;
use std::pin::Pin;
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
    fn handle(&self) -> &Retry {
        &self.retry
    }

    #[with_retry(retry = self.handle())]
    async fn load(mut self: Pin<&mut Self>) -> Result<u32, RetryError<io::Error>> {
        self.calls += 1;
        if self.calls < 3 {
            Err(io::ErrorKind::TimedOut)?
        }
        Ok(self.calls)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Pin::new(&mut Client::new()).load().await.unwrap(), 3);
}
