//! `&'a self` and `&'a mut self`, with the result borrowing from the former.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

struct Client {
    calls: AtomicU32,
    text: String,
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn text<'a>(&'a self) -> Result<&'a str, String> {
        match self.calls.fetch_add(1, Ordering::Relaxed) + 1 {
            3 => Ok(&self.text),
            call => Err(format!("call {call}")),
        }
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn count<'a>(&'a mut self) -> Result<u32, String> {
        *self.calls.get_mut() += 1;
        if *self.calls.get_mut() < 6 { Err("again".to_owned()) } else { Ok(6) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut client = Client { calls: AtomicU32::new(0), text: "text".to_owned() };
    assert_eq!(client.text().await, Ok("text"));
    assert_eq!(client.count().await, Ok(6));
}
