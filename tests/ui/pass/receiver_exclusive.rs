//! A method by `&mut self`.

use retry_core::with_retry;

struct Client {
    calls: u32,
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn count(&mut self, key: &str) -> Result<u32, String> {
        self.calls += 1;
        if self.calls < 3 { Err(key.to_owned()) } else { Ok(self.calls) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut client = Client { calls: 0 };
    assert_eq!(client.count("k").await, Ok(3));
    assert_eq!(client.calls, 3, "what one attempt changed, the next one sees");
}
