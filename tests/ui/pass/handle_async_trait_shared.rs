//! Under `#[async_trait]`, lent: also in a hook and a fallback.

use async_trait::async_trait;
use retry_core::{Retry, RetryError, RetryPolicy, with_retry};

fn refused() -> std::io::Error {
    std::io::ErrorKind::ConnectionRefused.into()
}

#[async_trait]
trait Store {
    async fn read(&self, name: String) -> Result<u32, RetryError<std::io::Error>>;
}

struct Shard {
    retry: Retry,
    cached: u32,
}

#[async_trait]
impl Store for Shard {
    #[with_retry(
        retry = self.retry,
        on_retry = |_| assert_eq!(self.cached, 7),
        fallback = |error| Ok(self.cached * 10 + error.attempts()),
    )]
    async fn read(&self, name: String) -> Result<u32, RetryError<std::io::Error>> {
        drop(name);
        Err(refused())?
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let shard = Shard { retry: Retry::new(RetryPolicy::new()), cached: 7 };
    assert_eq!(shard.read("a".to_owned()).await.unwrap(), 73);
}
