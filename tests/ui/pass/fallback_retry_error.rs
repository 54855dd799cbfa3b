//! `fallback` on a function that returns `RetryError`: it is given why the call ended.

use std::io;

use retry_core::{RetryError, StopReason, with_retry};

#[with_retry(
    max_attempts = 2,
    initial_delay = "1ms",
    never_on = std::num::ParseIntError,
    fallback = |error| match error.reason() {
        StopReason::AttemptsExhausted => Ok(error.attempts()),
        _ => Err(error),
    },
)]
async fn count(text: &str) -> Result<u32, RetryError<Box<dyn std::error::Error + Send + Sync>>> {
    let number: u32 = text.parse()?;
    Err(io::Error::other(format!("{number} is down")))?
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count("7").await.unwrap(), 2);
    assert_eq!(count("seven").await.unwrap_err().reason(), StopReason::NotRetryable);
}
