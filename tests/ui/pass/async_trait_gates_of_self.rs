use async_trait::async_trait;
use retry_core::{RetryError, with_retry};

#[async_trait]
trait Store {
    async fn read(&mut self, fails: bool) -> Result<u32, RetryError<std::io::Error>>;
    async fn look(&self, fails: bool) -> Result<u32, RetryError<std::io::Error>>;
}

struct Shard {
    number: u32,
    cached: u32,
    reads: u32,
}

#[async_trait]
impl Store for Shard {
    #[with_retry(
        max_attempts = 2,
        initial_delay = "1ms",
        key = self.number,
        circuit_breaker(consecutive_failures = 100),
        retry_if = |_| self.number == 3,
        on_retry = |_| assert_eq!(self.cached, 7),
        fallback = |_| Ok(self.cached),
    )]
    async fn read(&mut self, fails: bool) -> Result<u32, RetryError<std::io::Error>> {
        self.reads += 1;
        if fails { Err(std::io::Error::from(std::io::ErrorKind::ConnectionRefused))? }
        Ok(1)
    }

    #[with_retry(
        max_attempts = 2,
        initial_delay = "1ms",
        key = self.number,
        circuit_breaker(consecutive_failures = 100),
        fallback = |_| Ok(self.cached),
    )]
    async fn look(&self, fails: bool) -> Result<u32, RetryError<std::io::Error>> {
        if fails { Err(std::io::Error::from(std::io::ErrorKind::ConnectionRefused))? }
        Ok(1)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut shard = Shard { number: 3, cached: 7, reads: 0 };
    assert_eq!((shard.read(false).await.unwrap(), shard.reads), (1, 1));
    assert_eq!((shard.read(true).await.unwrap(), shard.reads), (7, 3));
    assert_eq!((shard.look(true).await.unwrap(), shard.look(false).await.unwrap()), (7, 1));
}
