//! Functions that return a future: `impl Future`, a boxed one, one made early.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::{Attempt, with_retry};

fn third(calls: &AtomicU32) -> Result<u32, String> {
    match calls.fetch_add(1, Ordering::Relaxed) + 1 {
        3 => Ok(3),
        call => Err(format!("call {call}")),
    }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
fn opaque<'a>(calls: &'a AtomicU32, key: String) -> impl Future<Output = Result<u32, String>> + Send + 'a {
    async move {
        drop(key);
        third(calls)
    }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
fn exclusive(calls: &mut u32) -> impl Future<Output = Result<u32, String>> {
    async move {
        *calls += 1;
        if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
    }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", context = attempt)]
fn boxed<'a>(calls: &'a AtomicU32) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send + 'a>> {
    Box::pin(async move {
        assert_eq!(attempt.number(), calls.load(Ordering::Relaxed) + 1);
        third(calls)
    })
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", retry_if = |_, a: &Attempt| a.number() < 3)]
fn made_early(calls: &AtomicU32) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send + '_>> {
    if calls.load(Ordering::Relaxed) > 100 {
        return Box::pin(std::future::ready(Err("too many".to_owned())));
    }
    Box::pin(async move { third(calls) })
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(assert_send(opaque(&AtomicU32::new(0), "k".to_owned())).await, Ok(3));
    assert_eq!(exclusive(&mut 0).await, Ok(3));
    assert_eq!(assert_send(boxed(&AtomicU32::new(0))).await, Ok(3));
    assert_eq!(assert_send(made_early(&AtomicU32::new(0))).await, Ok(3));
}
