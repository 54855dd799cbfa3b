//! A timeout on a function that blocks: it ends the call between attempts.

use std::io;

use retry_core::with_retry;

#[with_retry(
    max_attempts = 100,
    strategy = "fixed",
    initial_delay = "2ms",
    jitter = "none",
    timeout = "11ms"
)]
#[allow(deprecated)]
fn limited(calls: &mut u32) -> io::Result<u32> {
    *calls += 1;
    Err(io::Error::other("again"))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(limited(&mut calls).unwrap_err().to_string(), "again");
    assert!((2..=6).contains(&calls), "{calls}");
}
