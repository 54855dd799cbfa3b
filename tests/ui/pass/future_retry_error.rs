//! Functions that return a future of a `Result` with `RetryError`, with an attempt timeout.

use std::future::pending;
use std::pin::Pin;

use retry_core::{RetryError, with_retry};

type Answer = Result<u32, String>;

#[with_retry(max_attempts = 2, initial_delay = "1ms", attempt_timeout = "1s")]
fn opaque(calls: &mut u32) -> impl Future<Output = Result<u32, RetryError<String>>> {
    async move {
        *calls += 1;
        pending::<Answer>().await.map_err(Into::into)
    }
}

#[with_retry(max_attempts = 2, initial_delay = "1ms", attempt_timeout = "1s")]
fn boxed(
    calls: &mut u32,
) -> Pin<Box<dyn Future<Output = Result<u32, RetryError<String>>> + Send + '_>> {
    Box::pin(async move {
        *calls += 1;
        let answer = pending::<Answer>().await?;
        Ok(answer)
    })
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(opaque(&mut calls).await.unwrap_err().attempts(), 2);
    assert_eq!(boxed(&mut calls).await.unwrap_err().attempts(), 2);
    assert_eq!(calls, 4);
}
