//! A `BoxFuture` alias as the return type, in both forms.

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

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
fn sole<'a>(calls: &'a AtomicU32, key: String) -> BoxFuture<'a, Result<u32, String>> {
    Box::pin(async move { third(calls).map_err(|error| key + &error) })
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
fn early(calls: &AtomicU32) -> BoxFuture<'_, Result<u32, String>> {
    let call = third(calls);
    Box::pin(async { call })
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(assert_send(sole(&AtomicU32::new(0), "k".to_owned())).await, Ok(3));
    assert_eq!(assert_send(early(&AtomicU32::new(0))).await, Ok(3));
}
