//! `on` for two kinds, one of which keeps the count of the function.

use retry_core::{Classify, RetryError, StopReason, with_retry};

#[derive(Debug, Classify)]
enum ApiError {
    #[retry(timeout)]
    Slow,
    #[retry(rate_limit)]
    Throttled,
}

#[with_retry(
    max_attempts = 3,
    jitter = "none",
    on(timeout, initial_delay = "2s"),
    on(rate_limit, max_attempts = 9, strategy = "fixed", initial_delay = "7s"),
    on_retry = |retrying| delays.push(retrying.delay().as_secs()),
)]
async fn ask(calls: &mut u32, delays: &mut Vec<u64>) -> Result<(), RetryError<ApiError>> {
    *calls += 1;
    Err(if *calls % 2 == 0 { ApiError::Slow } else { ApiError::Throttled })?
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut delays = Vec::new();
    let error = ask(&mut 0, &mut delays).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (StopReason::AttemptsExhausted, 6));
    assert!(matches!(error.last_error(), Some(ApiError::Slow)), "the third of the function's own");
    assert_eq!(delays, [7, 2, 7, 4, 7]);
}
