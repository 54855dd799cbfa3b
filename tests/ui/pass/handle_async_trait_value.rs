//! Under `#[async_trait]`, consumed, and as an argument that a pattern takes apart.

use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use retry_core::{Retry, RetryError, RetryPolicy, with_retry};

fn refused() -> std::io::Error {
    std::io::ErrorKind::ConnectionRefused.into()
}

#[async_trait]
trait Store {
    async fn close(self, calls: &mut u32) -> Result<u32, RetryError<std::io::Error>>;
    async fn given((retry, calls): (&Retry, &AtomicU32))
    -> Result<u32, RetryError<std::io::Error>>;
}

#[derive(Clone)]
struct Shard {
    retry: Retry,
    reads: u32,
}

#[async_trait]
impl Store for Shard {
    #[with_retry(retry = self.retry)]
    async fn close(self, calls: &mut u32) -> Result<u32, RetryError<std::io::Error>> {
        let Shard { retry: _, reads } = self;
        *calls += 1;
        if *calls < 3 {
            Err(refused())?
        }
        Ok(reads)
    }

    #[with_retry(retry = retry)]
    async fn given(
        (retry, calls): (&Retry, &AtomicU32),
    ) -> Result<u32, RetryError<std::io::Error>> {
        calls.fetch_add(1, Ordering::Relaxed);
        Err(refused())?
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let shard = Shard { retry: Retry::new(RetryPolicy::new()), reads: 7 };
    let (mut closed, given) = (0, AtomicU32::new(0));
    assert_eq!((shard.clone().close(&mut closed).await.unwrap(), closed), (7, 3));
    assert_eq!(Shard::given((&shard.retry, &given)).await.unwrap_err().attempts(), 3);
    assert_eq!(given.into_inner(), 3);
}
