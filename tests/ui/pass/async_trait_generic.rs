//! A generic trait and a generic method under `#[async_trait]`.

use std::fmt::Display;

use async_trait::async_trait;
use retry_core::with_retry;

#[async_trait]
trait Load<T> {
    async fn load<K: Display + Send + Sync>(&mut self, key: K, value: T) -> Result<T, String>;
}

struct Disk {
    calls: u32,
}

#[async_trait]
impl<T: Clone + Send + Sync + 'static> Load<T> for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load<K: Display + Send + Sync>(&mut self, key: K, value: T) -> Result<T, String> {
        self.calls += 1;
        if self.calls < 3 { Err(format!("{key}")) } else { Ok(value) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut disk = Disk { calls: 0 };
    assert_eq!(disk.load("key", vec![1]).await, Ok(vec![1]));
    assert_eq!(disk.calls, 3);
}
