//! A function that returns `impl Future`, with its arguments by shared reference.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

fn third(calls: &AtomicU32) -> Result<u32, String> {
    match calls.fetch_add(1, Ordering::Relaxed) + 1 {
        3 => Ok(3),
        call => Err(format!("call {call}")),
    }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
fn named<'a>(calls: &'a AtomicU32) -> impl Future<Output = Result<u32, String>> + Send + 'a {
    async move { third(calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
fn elided(calls: &AtomicU32) -> impl Future<Output = Result<u32, String>> {
    async { third(calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(assert_send(named(&AtomicU32::new(0))).await, Ok(3));
    assert_eq!(assert_send(elided(&AtomicU32::new(0))).await, Ok(3));
}
