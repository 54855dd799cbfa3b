//! An async implementation of a method declared as `-> impl Future + Send`.

use retry_core::with_retry;

trait Load {
    fn load(&mut self, key: &str) -> impl Future<Output = Result<u32, String>> + Send;
}

struct Disk {
    calls: u32,
}

impl Load for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load(&mut self, key: &str) -> Result<u32, String> {
        self.calls += 1;
        if self.calls < 3 { Err(key.to_owned()) } else { Ok(self.calls) }
    }
}

async fn through_the_trait(mut load: impl Load) -> Result<u32, String> {
    load.load("key").await
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(through_the_trait(Disk { calls: 0 }).await, Ok(3));
}
