//! A default method by `&mut self`, which calls a required method.

use retry_core::with_retry;

trait Load {
    async fn once(&mut self, key: &str) -> Result<u32, String>;

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load(&mut self, key: String) -> Result<u32, String> {
        self.once(&key).await
    }
}

struct Disk(u32);

impl Load for Disk {
    async fn once(&mut self, key: &str) -> Result<u32, String> {
        self.0 += 1;
        if self.0 < 3 { Err(key.to_owned()) } else { Ok(self.0) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Disk(0).load("key".to_owned()).await, Ok(3));
}
