//! What a call with time limits ends with, and what its hook is told.

use std::future::pending;
use std::io;
use std::time::Duration;

use retry_core::{RetryError, StopReason, Stopped, with_retry};

#[derive(Debug)]
enum Failure {
    Stopped(Stopped),
}

impl From<Stopped> for Failure {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", attempt_timeout = "1s", on_retry = |r| causes.push(r.cause().to_string()))]
async fn hangs(causes: &mut Vec<String>) -> Result<(), Failure> {
    pending().await
}

#[with_retry(max_attempts = 9, initial_delay = "1ms", timeout = "2s", context = attempt)]
async fn fails_then_hangs() -> io::Result<()> {
    if attempt.number() == 1 {
        return Err(io::Error::other("the first"));
    }
    pending().await
}

#[with_retry(max_attempts = u32::MAX, strategy = "fixed", initial_delay = "1s", jitter = "none", timeout = "2500ms")]
async fn runs_out_while_waiting(calls: &mut u32) -> Result<(), RetryError<String>> {
    *calls += 1;
    Err(format!("call {calls}"))
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", attempt_timeout = "1s", never_on = kind(timeout))]
async fn never_again(calls: &mut u32) -> Result<(), RetryError<String>> {
    *calls += 1;
    pending().await
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", attempt_timeout = "1s")]
async fn none() -> Option<()> {
    pending().await
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut causes = Vec::new();
    let Failure::Stopped(stopped) = hangs(&mut causes).await.unwrap_err();
    assert_eq!(stopped.reason(), StopReason::AttemptsExhausted);
    assert_eq!(stopped.attempts(), 3);
    assert!(stopped.elapsed() >= Duration::from_secs(3));
    assert_eq!(causes, ["timed out after 1s", "timed out after 1s"]);

    assert_eq!(fails_then_hangs().await.unwrap_err().to_string(), "the first");

    let mut calls = 0;
    let error = runs_out_while_waiting(&mut calls).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (StopReason::DeadlineExceeded, 3));
    assert_eq!((calls, error.into_last_error().as_deref()), (3, Some("call 3")));

    let mut calls = 0;
    let error = never_again(&mut calls).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts(), calls), (StopReason::NotRetryable, 1, 1));
    assert_eq!(none().await, None);
}
