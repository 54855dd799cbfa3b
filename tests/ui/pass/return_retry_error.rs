//! `RetryError` around the error, under its name and under its path.

use std::io;

use retry_core::{RetryError, StopReason, with_retry};

fn third(calls: &mut u32) -> io::Result<u32> {
    *calls += 1;
    if *calls < 3 { Err(io::Error::other("again")) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 2, initial_delay = "1ms")]
async fn exhausted(calls: &mut u32) -> Result<u32, RetryError<io::Error>> {
    let count = third(calls)?;
    Ok(count)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", never_on = io::Error)]
async fn never(calls: &mut u32) -> Result<u32, retry_core::RetryError<io::Error>> {
    third(calls)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(calls: &mut u32) -> Result<u32, RetryError<io::Error>> {
    third(calls)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let error = exhausted(&mut 0).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (StopReason::AttemptsExhausted, 2));
    assert_eq!(error.last_error().map(ToString::to_string).as_deref(), Some("again"));
    let mut calls = 0;
    let error = never(&mut calls).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts(), calls), (StopReason::NotRetryable, 1, 1));
    assert_eq!(count(&mut 0).await.unwrap(), 3);
}
