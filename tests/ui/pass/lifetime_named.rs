//! Named lifetimes, of the impl and of the method, in the arguments and in the result.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

struct Client<'a> {
    text: &'a str,
    calls: AtomicU32,
}

impl<'a> Client<'a> {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn both<'b>(&self, other: &'b str) -> Result<(&'a str, &'b str), String> {
        match self.calls.fetch_add(1, Ordering::Relaxed) + 1 {
            3 => Ok((self.text, other)),
            call => Err(format!("call {call}")),
        }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let text = "a".to_owned();
    let client = Client { text: &text, calls: AtomicU32::new(0) };
    assert_eq!(client.both("b").await, Ok(("a", "b")));
    assert_eq!(client.calls.into_inner(), 3);
}
