//! An attempt timeout that `never_on = kind(timeout)` does not retry.

use std::future::pending;

use retry_core::{RetryError, StopReason, with_retry};

#[with_retry(
    max_attempts = 3,
    initial_delay = "1ms",
    attempt_timeout = "1s",
    never_on = kind(timeout),
)]
async fn hangs(calls: &mut u32) -> Result<(), RetryError<String>> {
    *calls += 1;
    pending().await
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    let error = hangs(&mut calls).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts(), calls), (StopReason::NotRetryable, 1, 1));
}
