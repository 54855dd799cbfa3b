//! `on` on top of a policy: what the kind does not say is as the policy has it.

use std::time::Duration;

use retry_core::{Classify, ErrorKind, Jitter, KindPolicy, RetryPolicy, with_retry};

const PATIENT: RetryPolicy = RetryPolicy::new()
    .with_jitter(Jitter::None)
    .with_initial_delay(Duration::from_secs(3))
    .with_kinds(&[KindPolicy::new(ErrorKind::Network).with_max_attempts(9)]);

#[derive(Debug, Classify)]
enum ApiError {
    #[retry(network)]
    Unreachable,
    #[retry(rate_limit)]
    Throttled,
}

#[with_retry(
    policy = PATIENT,
    on(rate_limit, max_attempts = 2),
    on_retry = |retrying| delays.push(retrying.delay().as_secs()),
)]
async fn throttled(delays: &mut Vec<u64>) -> Result<(), ApiError> {
    Err(ApiError::Throttled)
}

#[with_retry(policy = PATIENT, on(rate_limit, max_attempts = 2), context = attempt)]
async fn unreachable(calls: &mut u32) -> Result<(), ApiError> {
    *calls = attempt.number();
    Err(ApiError::Unreachable)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (mut delays, mut calls) = (Vec::new(), 0);
    throttled(&mut delays).await.unwrap_err();
    assert_eq!(delays, [3]);
    unreachable(&mut calls).await.unwrap_err();
    assert_eq!(calls, 3, "the kinds of the attribute are in place of those of the policy");
}
