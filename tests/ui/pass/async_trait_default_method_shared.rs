//! A default method by `&self` under `#[async_trait]`, in a trait with supertraits.

use async_trait::async_trait;
use retry_core::with_retry;

#[async_trait]
trait Load: Send + Sync {
    fn name(&self) -> String;

    #[with_retry(max_attempts = 2, initial_delay = "1ms", context = attempt)]
    async fn load(&self) -> Result<u32, String> {
        Err(format!("{} {}", self.name(), attempt.number()))
    }
}

struct Disk;

impl Load for Disk {
    fn name(&self) -> String {
        "disk".to_owned()
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Disk.load().await, Err("disk 2".to_owned()));
}
