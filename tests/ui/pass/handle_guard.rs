//! A handle behind a lock, which is open again when the first attempt begins; the future is `Send`.

use std::io;
use std::sync::{Arc, Mutex, RwLock};

use retry_core::{Retry, RetryPolicy, with_retry};

fn two() -> Retry {
    Retry::new(RetryPolicy::new().with_max_attempts(2)).without_budget()
}

fn fails(calls: &mut u32) -> io::Result<()> {
    *calls += 1;
    Err(io::ErrorKind::TimedOut.into())
}

struct Client {
    locked: Mutex<Retry>,
    current: RwLock<Arc<Retry>>,
}

impl Client {
    #[with_retry(retry = self.locked.lock().unwrap())]
    async fn locked(&self, calls: &mut u32) -> io::Result<()> {
        assert!(self.locked.try_lock().is_ok());
        fails(calls)
    }

    #[with_retry(retry = self.current.read().unwrap())]
    fn current(&self, calls: &mut u32) -> io::Result<()> {
        assert!(self.current.try_write().is_ok());
        fails(calls)
    }
}

fn sent<F: Future + Send>(future: F) -> F {
    future
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let client = Client { locked: Mutex::new(two()), current: RwLock::new(Arc::new(two())) };
    let mut calls = 0;
    assert!(sent(client.locked(&mut calls)).await.is_err());
    assert_eq!(calls, 2);
    assert!(client.current(&mut calls).is_err());
    assert_eq!(calls, 4);
}
