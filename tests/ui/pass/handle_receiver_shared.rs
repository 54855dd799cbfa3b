//! A handle that is a field of what is lent.

use std::cell::Cell;
use std::io;

use retry_core::{Retry, RetryError, RetryPolicy, with_retry};

struct Client {
    retry: Retry,
    calls: Cell<u32>,
}

impl Client {
    #[with_retry(retry = self.retry)]
    async fn load(&self) -> Result<u32, RetryError<io::Error>> {
        self.calls.set(self.calls.get() + 1);
        if self.calls.get() < 3 {
            Err(io::ErrorKind::TimedOut)?
        }
        Ok(self.calls.get())
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let client = Client { retry: Retry::new(RetryPolicy::new()), calls: Cell::new(0) };
    assert_eq!(client.load().await.unwrap(), 3);
}
