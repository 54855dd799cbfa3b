//! An argument by value under `#[async_trait]`, consumed by each attempt.

use async_trait::async_trait;
use retry_core::with_retry;

#[async_trait]
trait Load {
    async fn load(&mut self, key: String) -> Result<String, String>;
}

struct Disk {
    calls: u32,
}

#[async_trait]
impl Load for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load(&mut self, key: String) -> Result<String, String> {
        self.calls += 1;
        let text = key + &self.calls.to_string();
        if self.calls < 3 { Err(text) } else { Ok(text) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Disk { calls: 0 }.load("key".to_owned()).await, Ok("key3".to_owned()));
}
