//! A boxed future whose body is one `Box::pin(async move { … })`.

use std::pin::Pin;
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

#[with_retry(max_attempts = 3, initial_delay = "1ms", context = attempt)]
fn count<'a>(
    calls: &'a AtomicU32,
    key: String,
) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send + 'a>> {
    Box::pin(async move {
        assert_eq!(attempt.number(), calls.load(Ordering::Relaxed) + 1);
        third(calls).map_err(|error| key + &error)
    })
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(assert_send(count(&AtomicU32::new(0), "k".to_owned())).await, Ok(3));
}
