//! An implementation under `#[async_trait]`, called through `dyn`.

use async_trait::async_trait;
use retry_core::with_retry;

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[async_trait]
trait Load {
    async fn load(&mut self, key: &str) -> Result<u32, String>;
}

struct Disk {
    calls: u32,
}

#[async_trait]
impl Load for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load(&mut self, key: &str) -> Result<u32, String> {
        self.calls += 1;
        if self.calls < 3 {
            return Err(key.to_owned());
        }
        Ok(self.calls)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut load: Box<dyn Load> = Box::new(Disk { calls: 0 });
    assert_eq!(assert_send(load.load("key")).await, Ok(3));
}
