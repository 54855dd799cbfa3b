//! `context`, `on_retry` and `fallback` beside a handle.

use std::cell::RefCell;
use std::io;
use std::time::Duration;

use retry_core::{Retry, RetryError, RetryPolicy, StopReason, with_retry};

struct Client {
    retry: Retry,
    told: RefCell<Vec<u32>>,
}

impl Client {
    #[with_retry(
        retry = self.retry,
        context = attempt,
        on_retry = |retrying| self.told.borrow_mut().push(retrying.attempt().number()),
        fallback = async |error| {
            assert_eq!(error.reason(), StopReason::AttemptsExhausted);
            Ok(error.attempts() * 10)
        },
    )]
    async fn load(&self) -> Result<u32, RetryError<io::Error>> {
        assert_eq!(attempt.max_attempts(), 3);
        assert_eq!(attempt.remaining().is_some(), attempt.deadline().is_some());
        assert!(attempt.deadline().is_some());
        Err(io::ErrorKind::TimedOut)?
    }

    #[with_retry(
        retry = self.retry,
        on_retry = |retrying| self.told.borrow_mut().push(retrying.attempt().number()),
        fallback = |error| if error.kind() == io::ErrorKind::TimedOut { Ok(7) } else { Err(error) },
    )]
    fn blocking(&self) -> io::Result<u32> {
        Err(io::ErrorKind::TimedOut.into())
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let policy =
        RetryPolicy::new().with_initial_delay(Duration::ZERO).with_timeout(Duration::from_secs(60));
    let client = Client { retry: Retry::new(policy), told: RefCell::default() };
    assert_eq!(client.load().await.unwrap(), 30);
    assert_eq!(client.blocking().unwrap(), 7);
    assert_eq!(*client.told.borrow(), [1, 2, 1, 2]);
}
