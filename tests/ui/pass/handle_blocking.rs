//! A function that blocks, over a handle that is a field.

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
    fn load(&mut self) -> Result<u32, RetryError<io::Error>> {
        self.calls += 1;
        if self.calls < 3 { Err(io::ErrorKind::TimedOut)? } else { Ok(self.calls) }
    }
}

fn main() {
    assert_eq!(Client::new().load().unwrap(), 3);
}
