//! A method by `self: Box<Self>` of a type that is not `Clone`.

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
    fn call(&self) -> Result<u32, String> {
        third(&self.calls)
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn count(self: Box<Self>) -> Result<u32, String> {
        self.call()
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Box::new(Client::default()).count().await, Ok(3));
}
