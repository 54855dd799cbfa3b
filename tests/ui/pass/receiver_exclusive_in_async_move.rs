//! `&mut self`, captured by an `async move` block of the body.

use retry_core::with_retry;

struct Client {
    calls: u32,
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn count(&mut self) -> Result<u32, String> {
        let attempt = async move {
            self.calls += 1;
            tokio::task::yield_now().await;
            if self.calls < 3 { Err("again".to_owned()) } else { Ok(self.calls) }
        };
        attempt.await
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut client = Client { calls: 0 };
    assert_eq!(client.count().await, Ok(3));
    assert_eq!(client.calls, 3);
}
