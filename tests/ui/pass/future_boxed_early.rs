//! A boxed future that is made early, with more than one way out of the body.

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::{Attempt, with_retry};

fn third(calls: &AtomicU32) -> Result<u32, String> {
    match calls.fetch_add(1, Ordering::Relaxed) + 1 {
        3 => Ok(3),
        call => Err(format!("call {call}")),
    }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[with_retry(max_attempts = 9, initial_delay = "1ms", retry_if = |_, a: &Attempt| a.number() < 3)]
fn count(
    calls: &AtomicU32,
    limit: u32,
) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send + '_>> {
    if calls.load(Ordering::Relaxed) > limit {
        return Box::pin(std::future::ready(Err("too many".to_owned())));
    }
    Box::pin(async move { third(calls) })
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(assert_send(count(&AtomicU32::new(0), 9)).await, Ok(3));
    let calls = AtomicU32::new(0);
    assert_eq!(count(&calls, 0).await, Err("too many".to_owned()));
    assert_eq!(calls.into_inner(), 1);
}
