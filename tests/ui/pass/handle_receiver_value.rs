//! A handle that is part of what is consumed: each attempt consumes a clone of it.

use std::io;
use std::time::Duration;

use retry_core::{Retry, RetryError, RetryPolicy, with_retry};

#[derive(Clone)]
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
    async fn load(self, calls: &mut u32) -> Result<Retry, RetryError<io::Error>> {
        *calls += 1 + self.calls;
        if *calls < 3 {
            Err(io::ErrorKind::TimedOut)?
        }
        Ok(self.retry)
    }

    #[with_retry(retry = self.retry)]
    fn block(self, calls: &mut u32) -> Result<Retry, RetryError<io::Error>> {
        *calls += 1 + self.calls;
        if *calls < 3 {
            Err(io::ErrorKind::TimedOut)?
        }
        Ok(self.retry)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (mut calls, mut blocked) = (0, 0);
    assert!(Client::new().load(&mut calls).await.is_ok());
    assert!(Client::new().block(&mut blocked).is_ok());
    assert_eq!((calls, blocked), (3, 3));
}
