//! `fallback` under `#[async_trait]`.

use async_trait::async_trait;
use retry_core::with_retry;

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[async_trait]
trait Load {
    async fn load(&self, key: &str) -> Result<String, String>;
}

struct Disk {
    cached: String,
}

#[async_trait]
impl Load for Disk {
    #[with_retry(
        max_attempts = 2,
        initial_delay = "1ms",
        fallback = |error| Ok(format!("{}, since {error}", self.cached)),
    )]
    async fn load(&self, key: &str) -> Result<String, String> {
        Err(format!("no {key}"))
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let disk = Disk { cached: "cached".to_owned() };
    assert_eq!(assert_send(disk.load("key")).await.unwrap(), "cached, since no key");
}
