//! Whatever leads to a handle: `Arc`, `LazyLock`, a guard, an index, a constant of the type.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, LazyLock, Mutex, RwLock};

use retry_core::{Retry, RetryPolicy, with_retry};

static RETRY: LazyLock<Retry> = LazyLock::new(|| Retry::new(two()));

const fn two() -> RetryPolicy {
    RetryPolicy::new().with_max_attempts(2)
}

struct Client {
    counted: Arc<Retry>,
    twice: Arc<Arc<Retry>>,
    locked: Mutex<Retry>,
    shards: HashMap<String, Retry>,
    current: RwLock<Arc<Retry>>,
}

impl Client {
    const RETRY: LazyLock<Retry> = LazyLock::new(|| Retry::new(two()));

    #[with_retry(retry = self.counted)]
    async fn counted(&self, calls: &mut u32) -> io::Result<()> {
        fails(calls)
    }

    #[with_retry(retry = &self.twice)]
    async fn twice(&self, calls: &mut u32) -> io::Result<()> {
        fails(calls)
    }

    #[with_retry(retry = self.locked.lock().unwrap())]
    async fn locked(&self, calls: &mut u32) -> io::Result<()> {
        assert!(self.locked.try_lock().is_ok(), "it is cloned, and given back");
        fails(calls)
    }

    #[with_retry(retry = self.shards[&format!("{shard}")])]
    async fn indexed(&self, shard: u32, calls: &mut u32) -> io::Result<()> {
        fails(calls)
    }

    #[with_retry(retry = Arc::clone(&self.current.read().unwrap()))]
    fn current(&self, calls: &mut u32) -> io::Result<()> {
        fails(calls)
    }

    #[with_retry(retry = Self::RETRY)]
    fn of_the_type(calls: &mut u32) -> io::Result<()> {
        fails(calls)
    }
}

fn fails(calls: &mut u32) -> io::Result<()> {
    *calls += 1;
    Err(io::ErrorKind::TimedOut.into())
}

#[with_retry(retry = RETRY)]
async fn of_the_process(calls: &mut u32) -> io::Result<()> {
    fails(calls)
}

#[with_retry(retry = RETRY, context = attempt)]
fn blocking(calls: &mut u32) -> io::Result<()> {
    assert_eq!(attempt.max_attempts(), 2);
    fails(calls)
}

fn is_send<F: Future + Send>(future: F) -> F {
    future
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let retry = Retry::new(two());
    let client = Client {
        counted: Arc::new(retry.clone()),
        twice: Arc::new(Arc::new(retry.clone())),
        locked: Mutex::new(retry.clone()),
        shards: HashMap::from([("7".to_owned(), retry.clone())]),
        current: RwLock::new(Arc::new(retry)),
    };
    let mut calls = 0;
    assert!(is_send(client.counted(&mut calls)).await.is_err());
    assert!(is_send(client.twice(&mut calls)).await.is_err());
    assert!(is_send(client.locked(&mut calls)).await.is_err());
    assert!(is_send(client.indexed(7, &mut calls)).await.is_err());
    assert!(client.current(&mut calls).is_err());
    assert!(Client::of_the_type(&mut calls).is_err());
    assert!(is_send(of_the_process(&mut calls)).await.is_err());
    assert!(blocking(&mut calls).is_err());
    assert_eq!(calls, 16);
}
