//! `fallback` beside `timeout`: it is outside of it, and is given what the call ended with.

use std::future::pending;
use std::io;
use std::time::Duration;

use retry_core::{RetryError, StopReason, with_retry};

#[with_retry(
    max_attempts = 1,
    timeout = "2s",
    fallback = |error| Ok(u32::from(error.reason() == StopReason::DeadlineExceeded)),
)]
async fn explained() -> Result<u32, RetryError<io::Error>> {
    pending().await
}

async fn slow(error: io::Error) -> io::Result<u32> {
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    tokio::time::sleep(Duration::from_secs(5)).await;
    Ok(5)
}

#[with_retry(max_attempts = 1, timeout = "2s", fallback = slow)]
async fn slowly() -> io::Result<u32> {
    pending().await
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(explained().await.unwrap(), 1);
    let started = tokio::time::Instant::now();
    assert_eq!(slowly().await.unwrap(), 5);
    assert_eq!(started.elapsed(), Duration::from_secs(7), "the timeout does not cut a fallback");
}
