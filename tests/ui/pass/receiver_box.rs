//! A method by `self: Box<Self>`, consumed and borrowed.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

#[derive(Clone)]
struct Client<'a> {
    calls: &'a AtomicU32,
}

fn third(calls: &AtomicU32) -> Result<u32, String> {
    match calls.fetch_add(1, Ordering::Relaxed) + 1 {
        3 => Ok(3),
        call => Err(format!("call {call}")),
    }
}

impl Client<'_> {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn borrowed(self: Box<Self>) -> Result<u32, String> {
        third(self.calls)
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn consumed(self: Box<Self>) -> Result<u32, String> {
        let Client { calls } = *self;
        third(calls)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Box::new(Client { calls: &AtomicU32::new(0) }).borrowed().await, Ok(3));
    assert_eq!(Box::new(Client { calls: &AtomicU32::new(0) }).consumed().await, Ok(3));
}
