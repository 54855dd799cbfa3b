//! A handle that is a field of what is lent mutably: the body may change it, for the next call.

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
    async fn load(&mut self) -> Result<u32, RetryError<io::Error>> {
        self.calls += 1;
        self.retry = self.retry.clone().with_max_attempts(1).unwrap();
        if self.calls < 3 {
            Err(io::ErrorKind::TimedOut)?
        }
        Err(io::ErrorKind::ConnectionReset)?
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut client = Client::new();
    assert_eq!(client.load().await.unwrap_err().attempts(), 3);
    assert_eq!(client.load().await.unwrap_err().attempts(), 1);
    assert_eq!(client.calls, 4);
}
