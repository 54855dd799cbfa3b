//! `on` with every key: a kind with a schedule of its own.

use std::time::Duration;

use retry_core::{Classify, with_retry};

#[derive(Debug, Classify)]
enum ApiError {
    #[retry(network)]
    Unreachable,
    #[retry(rate_limit)]
    Throttled,
}

const MOST: u32 = 4;

#[with_retry(
    max_attempts = 2,
    initial_delay = "1s",
    jitter = "none",
    on(
        rate_limit,
        max_attempts = MOST,
        strategy = "exponential",
        initial_delay = "5s",
        max_delay = Duration::from_secs(12),
        multiplier = 2,
        jitter = "none",
        cost = 2.5,
    ),
    on_retry = |retrying| delays.push(retrying.delay().as_secs()),
)]
async fn ask(calls: &mut u32, delays: &mut Vec<u64>) -> Result<u32, ApiError> {
    *calls += 1;
    match calls {
        2 => Err(ApiError::Unreachable),
        6 => Ok(6),
        _ => Err(ApiError::Throttled),
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (mut calls, mut delays) = (0, Vec::new());
    assert!(matches!(ask(&mut calls, &mut delays).await, Err(ApiError::Throttled)));
    assert_eq!((calls, delays), (5, vec![5, 1, 10, 12]), "the fourth of its kind is the last");
    assert_eq!(ask(&mut 5, &mut Vec::new()).await.unwrap(), 6);
}
