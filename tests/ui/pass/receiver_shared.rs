//! A method by `&self`.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

#[derive(Default)]
struct Client {
    calls: AtomicU32,
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn count(&self, key: &str) -> Result<u32, String> {
        match self.calls.fetch_add(1, Ordering::Relaxed) + 1 {
            3 => Ok(3),
            call => Err(format!("{key}: call {call}")),
        }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let client = Client::default();
    assert_eq!(client.count("k").await, Ok(3));
    assert_eq!(client.calls.into_inner(), 3);
}
