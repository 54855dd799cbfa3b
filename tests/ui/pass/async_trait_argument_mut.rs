//! A `mut` argument under `#[async_trait]`: each attempt starts from the caller's value.

use async_trait::async_trait;
use retry_core::with_retry;

#[async_trait]
trait Load {
    async fn load(&mut self, list: Vec<u32>) -> Result<Vec<u32>, String>;
}

struct Disk {
    calls: u32,
}

#[async_trait]
impl Load for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load(&mut self, mut list: Vec<u32>) -> Result<Vec<u32>, String> {
        self.calls += 1;
        list.push(self.calls);
        if self.calls < 3 { Err("again".to_owned()) } else { Ok(list) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Disk { calls: 0 }.load(vec![7]).await, Ok(vec![7, 3]));
}
