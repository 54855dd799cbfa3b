//! Generic functions and types, also in the classifier of the handle.

use std::fmt::Debug;
use std::io;

use retry_core::{Classifier, Retry, RetryAll, RetryError, RetryPolicy, with_retry};

struct Client<C, T> {
    retry: Retry<C>,
    value: T,
    calls: u32,
}

impl<C: Classifier<io::Error> + Clone, T: Clone> Client<C, T> {
    #[with_retry(retry = self.retry)]
    async fn load(&mut self) -> Result<T, RetryError<io::Error>> {
        self.calls += 1;
        if self.calls < 3 {
            Err(io::ErrorKind::NotFound)?
        }
        Ok(self.value.clone())
    }
}

#[with_retry(retry = retry)]
async fn call<T, E, F>(retry: &Retry, make: F) -> Result<T, RetryError<E>>
where
    F: AsyncFnMut() -> Result<T, E>,
{
    Ok(make().await?)
}

#[with_retry(retry = retry)]
fn any_handle<const N: usize, E: Debug, C>(
    retry: &Retry<C>,
    errors: &mut [E; N],
) -> Result<usize, RetryError<E>>
where
    C: Classifier<E> + Clone,
    E: Clone,
{
    Err(errors[0].clone())?
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let plain = Retry::new(RetryPolicy::new());
    let mut client = Client { retry: plain.clone().retry_all(), value: 'a', calls: 0 };
    assert_eq!((client.load().await.unwrap(), client.calls), ('a', 3));
    let mut client = Client { retry: plain.clone(), value: 'a', calls: 0 };
    assert_eq!((client.load().await.is_err(), client.calls), (true, 1), "it is asked: not found");

    struct Silent;
    let mut calls = 0;
    let called = call(&plain, async || {
        calls += 1;
        if calls < 3 { Err(Silent) } else { Ok(calls) }
    });
    assert_eq!(called.await.ok(), Some(3));
    let all: Retry<RetryAll> = plain.retry_all();
    assert_eq!(any_handle(&all, &mut ["no"]).unwrap_err().attempts(), 3);
}
