//! A method by `self: &Arc<Self>`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

#[derive(Default)]
struct Client {
    calls: AtomicU32,
}

fn third(calls: &AtomicU32) -> Result<u32, String> {
    match calls.fetch_add(1, Ordering::Relaxed) + 1 {
        3 => Ok(3),
        call => Err(format!("call {call}")),
    }
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn count(self: &Arc<Self>) -> Result<u32, String> {
        let this = Arc::clone(self);
        tokio::spawn(async move { third(&this.calls) }).await.unwrap()
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let client = Arc::new(Client::default());
    assert_eq!(client.count().await, Ok(3));
    assert_eq!(Arc::into_inner(client).unwrap().calls.into_inner(), 3);
}
