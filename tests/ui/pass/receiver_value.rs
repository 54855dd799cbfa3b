//! A method by `self`, which the body consumes.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

#[derive(Clone, Debug, PartialEq)]
struct Client {
    key: String,
}

fn third(calls: &AtomicU32) -> Result<u32, String> {
    match calls.fetch_add(1, Ordering::Relaxed) + 1 {
        3 => Ok(3),
        call => Err(format!("call {call}")),
    }
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn count(self, calls: &AtomicU32) -> Result<(Self, u32), String> {
        let client = self;
        Ok((client, third(calls)?))
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let client = Client { key: "k".to_owned() };
    assert_eq!(client.clone().count(&AtomicU32::new(0)).await, Ok((client, 3)));
}
