//! A handle that is a field: lent, lent mutably, and part of what is consumed.

use std::io;

use retry_core::{Retry, RetryError, RetryPolicy, with_retry};

#[derive(Clone)]
struct Client {
    retry: Retry,
    calls: std::rc::Rc<std::cell::Cell<u32>>,
    failed: u32,
}

impl Client {
    fn call(&self) -> io::Result<u32> {
        self.calls.set(self.calls.get() + 1);
        if self.calls.get() % 3 == 0 { Ok(self.calls.get()) } else { Err(io::ErrorKind::TimedOut.into()) }
    }

    #[with_retry(retry = self.retry)]
    async fn shared(&self) -> Result<u32, RetryError<io::Error>> {
        Ok(self.call()?)
    }

    #[with_retry(retry = self.retry)]
    async fn exclusive(&mut self) -> Result<u32, RetryError<io::Error>> {
        self.failed += 1;
        self.retry = self.retry.clone().with_max_attempts(1).unwrap(); // not for this call any more
        Ok(self.call()?)
    }

    #[with_retry(retry = self.retry)]
    async fn consumed(self) -> Result<(u32, Retry), RetryError<io::Error>> {
        let number = self.call()?;
        Ok((number, self.retry))
    }

    #[with_retry(retry = self.retry)]
    fn blocking(self) -> Result<(u32, Retry), RetryError<io::Error>> {
        let number = self.call()?;
        Ok((number, self.retry))
    }

    #[with_retry(retry = self.handle())]
    async fn pinned(self: std::pin::Pin<&mut Self>) -> Result<u32, RetryError<io::Error>> {
        Ok(self.call()?)
    }

    fn handle(&self) -> &Retry {
        &self.retry
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let policy = RetryPolicy::new().with_initial_delay(std::time::Duration::ZERO);
    let mut client = Client { retry: Retry::new(policy), calls: Default::default(), failed: 0 };
    assert_eq!(client.shared().await.unwrap(), 3);
    assert_eq!(client.clone().consumed().await.unwrap().0, 6);
    assert_eq!(client.clone().blocking().unwrap().0, 9);
    assert_eq!(std::pin::Pin::new(&mut client).pinned().await.unwrap(), 12);
    assert_eq!((client.exclusive().await.unwrap(), client.failed), (15, 3));
    assert_eq!(client.exclusive().await.unwrap_err().attempts(), 1);
}
