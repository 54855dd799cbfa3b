//! A timeout in a later attempt: the caller gets the newest error.

use std::future::pending;
use std::io;

use retry_core::with_retry;

#[with_retry(max_attempts = 9, initial_delay = "1ms", timeout = "2s", context = attempt)]
async fn fails_then_hangs(calls: &mut u32) -> io::Result<()> {
    *calls += 1;
    if attempt.number() < 3 {
        return Err(io::Error::other(format!("call {calls}")));
    }
    pending().await
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(fails_then_hangs(&mut calls).await.unwrap_err().to_string(), "call 2");
    assert_eq!(calls, 3);
}
