//! A handle that is looked up, made, chosen or waited for, by what the arguments say.

use std::collections::HashMap;
use std::io;

use retry_core::{Retry, RetryPolicy, with_retry};

fn two() -> Retry {
    Retry::new(RetryPolicy::new().with_max_attempts(2)).without_budget()
}

fn fails(calls: &mut u32) -> io::Result<()> {
    *calls += 1;
    Err(io::ErrorKind::TimedOut.into())
}

struct Client {
    shards: HashMap<String, Retry>,
    usual: Retry,
    urgent: Retry,
}

impl Client {
    #[with_retry(retry = self.shards[&format!("{shard}")])]
    async fn by_shard(&self, shard: u32, calls: &mut u32) -> io::Result<()> {
        fails(calls)
    }

    #[with_retry(retry = if urgent { &self.urgent } else { &self.usual })]
    async fn chosen(&self, urgent: bool, calls: &mut u32) -> io::Result<()> {
        fails(calls)
    }

    async fn fetched(&self) -> &Retry {
        tokio::task::yield_now().await;
        &self.usual
    }

    #[with_retry(retry = self.fetched().await)]
    async fn waited_for(&self, calls: &mut u32) -> io::Result<()> {
        fails(calls)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let urgent = two().with_max_attempts(1).unwrap();
    let client = Client { urgent, shards: HashMap::from([("7".to_owned(), two())]), usual: two() };
    let mut calls = 0;
    assert!(client.by_shard(7, &mut calls).await.is_err());
    assert_eq!(calls, 2);
    assert!(client.chosen(true, &mut calls).await.is_err());
    assert_eq!(calls, 3);
    assert!(client.chosen(false, &mut calls).await.is_err());
    assert_eq!(calls, 5);
    assert!(client.waited_for(&mut calls).await.is_err());
    assert_eq!(calls, 7);
}
