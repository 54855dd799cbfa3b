//! A method by `self: Arc<Self>`.

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
    async fn consumed(self: Arc<Self>) -> Result<u32, String> {
        let this = self;
        third(&this.calls)
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn moved_to_a_task(self: Arc<Self>) -> Result<u32, String> {
        tokio::spawn(async move { third(&self.calls) }).await.unwrap()
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let client = Arc::new(Client::default());
    assert_eq!(Arc::clone(&client).consumed().await, Ok(3));
    assert_eq!(Arc::strong_count(&client), 1);
    assert_eq!(Arc::new(Client::default()).moved_to_a_task().await, Ok(3));
}
