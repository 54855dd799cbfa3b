//! Elided lifetimes: in the arguments, in the type of the impl, as `'_`.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

struct Client<'a> {
    text: Cow<'a, str>,
}

fn third(calls: &AtomicU32) -> Result<u32, String> {
    match calls.fetch_add(1, Ordering::Relaxed) + 1 {
        3 => Ok(3),
        call => Err(format!("call {call}")),
    }
}

impl Client<'_> {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn text(&self, calls: &AtomicU32) -> Result<&str, String> {
        third(calls)?;
        Ok(&self.text)
    }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(client: &Client<'_>, calls: &AtomicU32) -> Result<u32, String> {
    third(calls).map_err(|error| format!("{}: {error}", client.text))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let text = "a".to_owned();
    let client = Client { text: Cow::Borrowed(&text) };
    let calls = AtomicU32::new(0);
    assert_eq!(client.text(&calls).await, Ok("a"));
    assert_eq!(calls.into_inner(), 3);
    assert_eq!(count(&client, &AtomicU32::new(0)).await, Ok(3));
}
