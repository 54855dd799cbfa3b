//! A method by `&self` under `#[async_trait]`.

use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use retry_core::with_retry;

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[async_trait]
trait Load {
    async fn load(&self, key: &str) -> Result<u32, String>;
}

struct Disk {
    calls: AtomicU32,
}

#[async_trait]
impl Load for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load(&self, key: &str) -> Result<u32, String> {
        match self.calls.fetch_add(1, Ordering::Relaxed) + 1 {
            3 => Ok(3),
            call => Err(format!("{key}: call {call}")),
        }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(assert_send(Disk { calls: AtomicU32::new(0) }.load("key")).await, Ok(3));
}
