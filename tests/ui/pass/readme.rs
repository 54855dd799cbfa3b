//! The first example of the README.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

#[with_retry(
    max_attempts = 3,
    strategy = "exponential",
    initial_delay = "1ms",
    retry_on = std::io::Error,
)]
async fn flaky(calls: &AtomicU32) -> Result<u32, std::io::Error> {
    match calls.fetch_add(1, Ordering::Relaxed) + 1 {
        3 => Ok(3),
        _ => Err(std::io::ErrorKind::ConnectionReset.into()),
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let calls = AtomicU32::new(0);
    assert_eq!(flaky(&calls).await.unwrap(), 3);
    assert_eq!(calls.into_inner(), 3);
}
