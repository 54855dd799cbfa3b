//! A handle of the process, and one of a type.

use std::io;
use std::sync::LazyLock;

use retry_core::{Retry, RetryPolicy, with_retry};

fn two() -> Retry {
    Retry::new(RetryPolicy::new().with_max_attempts(2)).without_budget()
}

fn fails(calls: &mut u32) -> io::Result<()> {
    *calls += 1;
    Err(io::ErrorKind::TimedOut.into())
}

static RETRY: LazyLock<Retry> = LazyLock::new(two);

struct Client;

impl Client {
    const RETRY: &LazyLock<Retry> = &RETRY;

    #[with_retry(retry = Self::RETRY)]
    async fn load(&self, calls: &mut u32) -> io::Result<()> {
        fails(calls)
    }
}

#[with_retry(retry = RETRY)]
async fn load(calls: &mut u32) -> io::Result<()> {
    fails(calls)
}

#[with_retry(retry = RETRY, context = attempt)]
fn blocking(calls: &mut u32) -> io::Result<()> {
    assert_eq!(attempt.max_attempts(), 2);
    fails(calls)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert!(load(&mut calls).await.is_err());
    assert_eq!(calls, 2);
    assert!(Client.load(&mut calls).await.is_err());
    assert_eq!(calls, 4);
    assert!(blocking(&mut calls).is_err());
    assert_eq!(calls, 6);
}
