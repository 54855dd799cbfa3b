//! A default method of a trait under `#[async_trait]`.

use async_trait::async_trait;
use retry_core::with_retry;

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[async_trait]
trait Load {
    fn call(&mut self) -> u32;

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load(&mut self, key: &str) -> Result<u32, String>
    where
        Self: Send,
    {
        match self.call() {
            3 => Ok(3),
            call => Err(format!("{key}: call {call}")),
        }
    }
}

struct Disk(u32);

impl Load for Disk {
    fn call(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(assert_send(Disk(0).load("key")).await, Ok(3));
}
