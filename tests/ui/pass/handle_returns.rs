//! What a function over a handle may return: it can be refused, so it has to be able to say so.

use std::io;
use std::time::Duration;

use retry_core::{
    CancellationToken, Retry, RetryError, RetryPolicy, StopReason, Stopped, with_retry,
};

#[derive(Debug, PartialEq)]
enum ApiError {
    Down,
    Stopped(StopReason),
}

impl From<Stopped> for ApiError {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped.reason())
    }
}

#[with_retry(retry = retry)]
async fn own(retry: &Retry, calls: &mut u32) -> Result<u32, ApiError> {
    *calls += 1;
    Err(ApiError::Down)
}

#[with_retry(retry = retry)]
async fn option(retry: &Retry, calls: &mut u32) -> Option<u32> {
    *calls += 1;
    (*calls == 2).then_some(*calls)
}

#[with_retry(retry = retry)]
async fn explained(retry: &Retry) -> Result<(), RetryError<ApiError>> {
    Err(ApiError::Down)?
}

#[with_retry(retry = retry)]
async fn boxed(retry: &Retry) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    Err("no")?
}

#[with_retry(retry = retry)]
async fn any(retry: &Retry) -> anyhow::Result<()> {
    anyhow::bail!(io::Error::from(io::ErrorKind::NotFound))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let token = CancellationToken::new();
    let retry = Retry::new(RetryPolicy::new()).with_cancellation(token.clone()).without_budget();
    let mut calls = 0;
    assert_eq!((own(&retry, &mut calls).await, calls), (Err(ApiError::Down), 3));
    calls = 0;
    assert_eq!((option(&retry, &mut calls).await, calls), (Some(2), 2));
    let error = explained(&retry).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (StopReason::AttemptsExhausted, 3));
    assert!(error.elapsed() > Duration::ZERO);
    assert_eq!(boxed(&retry).await.unwrap_err().to_string(), "no");
    let attempts = any(&retry).await.unwrap_err();
    assert!(attempts.is::<io::Error>());

    token.cancel();
    calls = 0;
    let refused = own(&retry, &mut calls).await;
    assert_eq!((refused, calls), (Err(ApiError::Stopped(StopReason::Cancelled)), 0));
    assert_eq!((option(&retry, &mut calls).await, calls), (None, 0));
}
