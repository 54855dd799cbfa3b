//! A default method of a trait.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

trait Load {
    fn calls(&self) -> &AtomicU32;

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load(&self) -> Result<u32, String> {
        match self.calls().fetch_add(1, Ordering::Relaxed) + 1 {
            3 => Ok(3),
            call => Err(format!("call {call}")),
        }
    }
}

struct Disk(AtomicU32);

impl Load for Disk {
    fn calls(&self) -> &AtomicU32 {
        &self.0
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Disk(AtomicU32::new(0)).load().await, Ok(3));
}
