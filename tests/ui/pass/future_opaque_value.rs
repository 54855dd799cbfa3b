//! A function that returns `impl Future`, with arguments by value, one of them `mut`.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

fn third(calls: &AtomicU32) -> Result<u32, String> {
    match calls.fetch_add(1, Ordering::Relaxed) + 1 {
        3 => Ok(3),
        call => Err(format!("call {call}")),
    }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
fn count(
    key: String,
    mut list: Vec<u32>,
    calls: &AtomicU32,
) -> impl Future<Output = Result<(String, Vec<u32>), String>> + Send {
    async move {
        list.push(third(calls)?);
        Ok((key + "!", list))
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let calls = AtomicU32::new(0);
    let future = count("k".to_owned(), vec![7], &calls);
    assert_eq!(future.await, Ok(("k!".to_owned(), vec![7, 3])));
}
