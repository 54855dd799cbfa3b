//! An attempt timeout on a function that returns an `Option`.

use std::future::pending;

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms", attempt_timeout = "1s")]
async fn hangs(calls: &mut u32) -> Option<()> {
    *calls += 1;
    pending().await
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!((hangs(&mut calls).await, calls), (None, 3));
}
