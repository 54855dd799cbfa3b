//! A `&mut` argument under `#[async_trait]`.

use async_trait::async_trait;
use retry_core::with_retry;

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[async_trait]
trait Load {
    async fn load(&self, seen: &mut Vec<usize>) -> Result<usize, String>;
}

struct Disk;

#[async_trait]
impl Load for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load(&self, seen: &mut Vec<usize>) -> Result<usize, String> {
        seen.push(seen.len());
        tokio::task::yield_now().await;
        if seen.len() < 3 { Err("again".to_owned()) } else { Ok(seen.len()) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut seen = Vec::new();
    assert_eq!(assert_send(Disk.load(&mut seen)).await, Ok(3));
    assert_eq!(seen, [0, 1, 2]);
}
