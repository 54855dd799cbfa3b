//! The future of a function with a `&str` is `Send`, and runs in a task.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(key: &str, calls: Arc<AtomicU32>) -> Result<u32, String> {
    tokio::task::yield_now().await;
    match calls.fetch_add(1, Ordering::Relaxed) + 1 {
        3 => Ok(3),
        call => Err(format!("{key}: call {call}")),
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let key = "key".to_owned();
    assert_eq!(assert_send(count(&key, Arc::default())).await, Ok(3));
    assert_eq!(tokio::spawn(count("key", Arc::default())).await.unwrap(), Ok(3));
}
