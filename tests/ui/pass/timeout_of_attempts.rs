//! An attempt timeout: the error is made from `Stopped`, and the hook is told the cause.

use std::future::pending;
use std::time::Duration;

use retry_core::{StopReason, Stopped, with_retry};

#[derive(Debug)]
struct Failure(Stopped);

impl From<Stopped> for Failure {
    fn from(stopped: Stopped) -> Self {
        Self(stopped)
    }
}

#[with_retry(
    max_attempts = 3,
    initial_delay = "1ms",
    attempt_timeout = "1s",
    on_retry = |r| causes.push(r.cause().to_string()),
)]
async fn hangs(causes: &mut Vec<String>) -> Result<(), Failure> {
    pending().await
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut causes = Vec::new();
    let Failure(stopped) = hangs(&mut causes).await.unwrap_err();
    assert_eq!((stopped.reason(), stopped.attempts()), (StopReason::AttemptsExhausted, 3));
    assert!(stopped.elapsed() >= Duration::from_secs(3));
    assert_eq!(causes, ["timed out after 1s", "timed out after 1s"]);
}
