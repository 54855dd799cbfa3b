//! The future is `Send` where the body is, whatever the classifier of the handle holds.

use std::cell::Cell;
use std::io;
use std::sync::Arc;

use retry_core::{Classifier, Retry, RetryPolicy, Verdict, with_retry};

/// Can go to another thread, and not be shared by two.
#[derive(Clone, Default)]
struct Counting(Cell<u32>);

impl Classifier<io::Error> for Counting {
    fn verdict(&self, _: &io::Error, _: &retry_core::Attempt) -> Verdict {
        self.0.set(self.0.get() + 1);
        Verdict::Retry(retry_core::ErrorKind::Unknown)
    }
}

struct Client {
    retry: Arc<Retry>,
    calls: u32,
}

impl Client {
    #[with_retry(retry = self.retry)]
    async fn load(&mut self, name: String) -> io::Result<u32> {
        self.calls += 1;
        tokio::task::yield_now().await;
        drop(name);
        if self.calls < 3 { Err(io::ErrorKind::TimedOut.into()) } else { Ok(self.calls) }
    }
}

#[with_retry(retry = retry)]
async fn unshared(retry: Retry<Counting>) -> io::Result<u32> {
    tokio::task::yield_now().await;
    Err(io::ErrorKind::NotFound.into())
}

#[tokio::main]
async fn main() {
    let policy = RetryPolicy::new().with_initial_delay(std::time::Duration::ZERO);
    let retry = Retry::new(policy);
    let mut client = Client { retry: Arc::new(retry.clone()), calls: 0 };
    let load = tokio::spawn(async move { client.load("a".to_owned()).await });
    assert_eq!(load.await.unwrap().unwrap(), 3);
    let unshared = tokio::spawn(unshared(retry.with_classifier(Counting::default())));
    assert!(unshared.await.unwrap().is_err());
}
