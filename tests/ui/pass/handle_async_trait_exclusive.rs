//! Under `#[async_trait]`, lent mutably.

use async_trait::async_trait;
use retry_core::{Retry, RetryError, RetryPolicy, with_retry};

fn refused() -> std::io::Error {
    std::io::ErrorKind::ConnectionRefused.into()
}

#[async_trait]
trait Store {
    async fn read(&mut self, name: String) -> Result<u32, RetryError<std::io::Error>>;
}

struct Shard {
    retry: Retry,
    reads: u32,
}

#[async_trait]
impl Store for Shard {
    #[with_retry(retry = self.retry, retry_if = |_| self.reads < 3)]
    async fn read(&mut self, name: String) -> Result<u32, RetryError<std::io::Error>> {
        self.reads += 1;
        drop(name);
        if self.reads < 3 {
            Err(refused())?
        }
        Ok(self.reads)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut shard = Shard { retry: Retry::new(RetryPolicy::new()), reads: 0 };
    assert_eq!(shard.read("a".to_owned()).await.unwrap(), 3);
}
