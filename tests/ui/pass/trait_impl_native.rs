//! An implementation of a native async method.

use retry_core::with_retry;

trait Load {
    async fn load(&mut self, key: &str) -> Result<u32, String>;
}

struct Disk {
    calls: u32,
}

impl Load for Disk {
    #[with_retry(max_attempts = 4, initial_delay = "1ms")]
    async fn load(&mut self, key: &str) -> Result<u32, String> {
        self.calls += 1;
        match self.calls {
            4 => Ok(4),
            call => Err(format!("{key}: call {call}")),
        }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Disk { calls: 0 }.load("a").await, Ok(4));
}
