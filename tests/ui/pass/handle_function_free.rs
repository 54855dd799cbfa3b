//! A function over a handle that is an argument: its attempts are the handle's.

use std::cell::Cell;
use std::io;

use retry_core::{Retry, RetryError, RetryPolicy, with_retry};

#[with_retry(retry = retry)]
async fn load(retry: &Retry, calls: &Cell<u32>) -> Result<u32, RetryError<io::Error>> {
    calls.set(calls.get() + 1);
    if calls.get() < 3 {
        Err(io::ErrorKind::TimedOut)?
    }
    Ok(calls.get())
}

#[with_retry(retry = Retry::new(RetryPolicy::new().with_max_attempts(2)).without_budget())]
async fn made_for_the_call(calls: &Cell<u32>) -> io::Result<u32> {
    calls.set(calls.get() + 1);
    Err(io::ErrorKind::TimedOut.into())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let retry = Retry::new(RetryPolicy::new());
    let calls = Cell::new(0);
    assert_eq!(load(&retry, &calls).await.unwrap(), 3);
    let twice = retry.with_max_attempts(2).unwrap();
    calls.set(0);
    assert_eq!(load(&twice, &calls).await.unwrap_err().attempts(), 2);
    calls.set(0);
    assert_eq!(made_for_the_call(&calls).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    assert_eq!(calls.get(), 2);
}
