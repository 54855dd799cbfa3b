//! A function that returns `impl Future` made by an expression or after statements.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

fn third(calls: &AtomicU32) -> Result<u32, String> {
    match calls.fetch_add(1, Ordering::Relaxed) + 1 {
        3 => Ok(3),
        call => Err(format!("call {call}")),
    }
}

async fn count(calls: &AtomicU32, key: String) -> Result<u32, String> {
    third(calls).map_err(|error| key + &error)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
fn by_a_call(calls: &AtomicU32, key: String) -> impl Future<Output = Result<u32, String>> {
    count(calls, key)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
fn after_statements(calls: &AtomicU32) -> impl Future<Output = Result<u32, String>> {
    let call = third(calls);
    std::future::ready(call)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(by_a_call(&AtomicU32::new(0), "k".to_owned()).await, Ok(3));
    let calls = AtomicU32::new(0);
    let future = after_statements(&calls);
    assert_eq!(calls.load(Ordering::Relaxed), 0, "the body runs when the future is first polled");
    assert_eq!(future.await, Ok(3));
}
