//! Under `#[async_trait]`, with every receiver, and what it has moved.

use async_trait::async_trait;
use retry_core::{Retry, RetryError, RetryPolicy, with_retry};

type Answer = Result<u32, RetryError<std::io::Error>>;

#[async_trait]
trait Store {
    async fn look(&self, fails: bool) -> Result<u32, RetryError<std::io::Error>>;
    async fn read(&mut self, name: String) -> Result<u32, RetryError<std::io::Error>>;
    async fn close(self) -> Result<u32, RetryError<std::io::Error>>;
    async fn given(retry: &Retry, calls: &mut u32) -> Result<u32, RetryError<std::io::Error>>;
}

#[derive(Clone)]
struct Shard {
    retry: Retry,
    reads: u32,
}

fn refused() -> std::io::Error {
    std::io::ErrorKind::ConnectionRefused.into()
}

#[async_trait]
impl Store for Shard {
    #[with_retry(retry = self.retry, fallback = |_| Ok(self.reads))]
    async fn look(&self, fails: bool) -> Result<u32, RetryError<std::io::Error>> {
        if fails { Err(refused())? }
        Ok(1)
    }

    #[with_retry(retry = self.retry, on_retry = |retrying| assert!(retrying.attempt().number() < 3))]
    async fn read(&mut self, name: String) -> Result<u32, RetryError<std::io::Error>> {
        self.reads += 1;
        if self.reads < 3 { Err(refused())? }
        drop(name);
        Ok(self.reads)
    }

    #[with_retry(retry = self.retry)]
    async fn close(self) -> Result<u32, RetryError<std::io::Error>> {
        let Shard { retry: _, reads } = self;
        Ok(reads)
    }

    #[with_retry(retry = retry)]
    async fn given(retry: &Retry, calls: &mut u32) -> Result<u32, RetryError<std::io::Error>> {
        *calls += 1;
        Err(refused())?
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut shard = Shard { retry: Retry::new(RetryPolicy::new()), reads: 0 };
    assert_eq!(shard.read("a".to_owned()).await.unwrap(), 3);
    let (ok, fallen): (Answer, Answer) = (shard.look(false).await, shard.look(true).await);
    assert_eq!((ok.unwrap(), fallen.unwrap()), (1, 3));
    assert_eq!(shard.clone().close().await.unwrap(), 3);
    let mut calls = 0;
    assert_eq!(Shard::given(&shard.retry, &mut calls).await.unwrap_err().attempts(), 3);
    assert_eq!(calls, 3);
}
