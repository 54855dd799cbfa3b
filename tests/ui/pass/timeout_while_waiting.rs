//! A timeout that the delays use up.

use retry_core::{RetryError, StopReason, with_retry};

#[with_retry(
    max_attempts = u32::MAX,
    strategy = "fixed",
    initial_delay = "1s",
    jitter = "none",
    timeout = "2500ms",
)]
async fn fails(calls: &mut u32) -> Result<(), RetryError<String>> {
    *calls += 1;
    Err(format!("call {calls}"))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    let error = fails(&mut calls).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (StopReason::DeadlineExceeded, 3));
    assert_eq!((calls, error.into_last_error().as_deref()), (3, Some("call 3")));
}
