//! A handle that is counted, once and twice.

use std::io;
use std::sync::Arc;

use retry_core::{Retry, RetryPolicy, with_retry};

fn two() -> Retry {
    Retry::new(RetryPolicy::new().with_max_attempts(2)).without_budget()
}

fn fails(calls: &mut u32) -> io::Result<()> {
    *calls += 1;
    Err(io::ErrorKind::TimedOut.into())
}

struct Client {
    once: Arc<Retry>,
    twice: Arc<Arc<Retry>>,
}

impl Client {
    #[with_retry(retry = self.once)]
    async fn once(&self, calls: &mut u32) -> io::Result<()> {
        fails(calls)
    }

    #[with_retry(retry = &self.twice)]
    async fn twice(&self, calls: &mut u32) -> io::Result<()> {
        fails(calls)
    }

    #[with_retry(retry = Arc::clone(&self.once))]
    async fn cloned(&self, calls: &mut u32) -> io::Result<()> {
        fails(calls)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let client = Client { once: Arc::new(two()), twice: Arc::new(Arc::new(two())) };
    let mut calls = 0;
    assert!(client.once(&mut calls).await.is_err());
    assert_eq!(calls, 2);
    assert!(client.twice(&mut calls).await.is_err());
    assert_eq!(calls, 4);
    assert!(client.cloned(&mut calls).await.is_err());
    assert_eq!(calls, 6);
}
