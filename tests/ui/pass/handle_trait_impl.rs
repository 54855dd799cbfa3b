//! Methods of a trait, native and boxed by hand, and a function that returns a future.

use std::cell::Cell;
use std::io;
use std::pin::Pin;

use retry_core::{Retry, RetryPolicy, with_retry};

trait Source {
    async fn native(&self) -> io::Result<u32>;
    fn boxed<'a>(&'a self) -> Pin<Box<dyn Future<Output = io::Result<u32>> + 'a>>;
    fn future(&self) -> impl Future<Output = io::Result<u32>>;
}

struct Client {
    retry: Retry,
    calls: Cell<u32>,
}

impl Client {
    fn call(&self) -> io::Result<u32> {
        self.calls.set(self.calls.get() + 1);
        if self.calls.get() % 3 == 0 {
            Ok(self.calls.get())
        } else {
            Err(io::ErrorKind::TimedOut.into())
        }
    }
}

impl Source for Client {
    #[with_retry(retry = self.retry)]
    async fn native(&self) -> io::Result<u32> {
        self.call()
    }

    #[with_retry(retry = self.retry)]
    fn boxed<'a>(&'a self) -> Pin<Box<dyn Future<Output = io::Result<u32>> + 'a>> {
        Box::pin(async move { self.call() })
    }

    #[with_retry(retry = self.retry)]
    fn future(&self) -> impl Future<Output = io::Result<u32>> {
        async { self.call() }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let client = Client { retry: Retry::new(RetryPolicy::new()), calls: Cell::new(0) };
    assert_eq!(client.native().await.unwrap(), 3);
    assert_eq!(client.boxed().await.unwrap(), 6);
    assert_eq!(client.future().await.unwrap(), 9);
}
