//! A trait with a default method, implemented natively.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

trait Load {
    fn calls(&self) -> &AtomicU32;

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn by_default(&self) -> Result<u32, String> {
        match self.calls().fetch_add(1, Ordering::Relaxed) + 1 {
            3 => Ok(3),
            call => Err(format!("call {call}")),
        }
    }

    async fn load(&mut self, key: &str) -> Result<u32, String>;
}

struct Disk(AtomicU32);

impl Load for Disk {
    fn calls(&self) -> &AtomicU32 {
        &self.0
    }

    #[with_retry(max_attempts = 4, initial_delay = "1ms")]
    async fn load(&mut self, key: &str) -> Result<u32, String> {
        *self.0.get_mut() += 1;
        match *self.0.get_mut() {
            4 => Ok(4),
            call => Err(format!("{key}: call {call}")),
        }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Disk(AtomicU32::new(0)).by_default().await, Ok(3));
    assert_eq!(Disk(AtomicU32::new(0)).load("a").await, Ok(4));
}
