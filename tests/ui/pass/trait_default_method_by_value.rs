//! A default method by `self`, and one without a receiver.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

fn third(calls: &AtomicU32) -> Result<u32, String> {
    match calls.fetch_add(1, Ordering::Relaxed) + 1 {
        3 => Ok(3),
        call => Err(format!("call {call}")),
    }
}

trait Load: Clone {
    fn calls(self) -> &'static AtomicU32;

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn by_value(self) -> Result<u32, String> {
        third(self.calls())
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn without_receiver(calls: &AtomicU32) -> Result<u32, String> {
        third(calls)
    }
}

static CALLS: AtomicU32 = AtomicU32::new(0);

#[derive(Clone)]
struct Disk;

impl Load for Disk {
    fn calls(self) -> &'static AtomicU32 {
        &CALLS
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Disk.by_value().await, Ok(3));
    assert_eq!(Disk::without_receiver(&AtomicU32::new(0)).await, Ok(3));
}
