//! `fallback` on functions that return a future, opaque and boxed.

use std::io;
use std::pin::Pin;

use retry_core::with_retry;

#[with_retry(max_attempts = 2, initial_delay = "1ms", fallback = |_| Ok(path.len()))]
fn opaque(path: &str) -> impl Future<Output = io::Result<usize>> + Send {
    async move { Err(io::Error::other(path.to_owned())) }
}

#[with_retry(max_attempts = 2, initial_delay = "1ms", fallback = async |_| Ok(path.len()))]
fn boxed(path: &str) -> Pin<Box<dyn Future<Output = io::Result<usize>> + Send + '_>> {
    Box::pin(async move { Err(io::Error::other(path.to_owned())) })
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(opaque("four").await.unwrap(), 4);
    assert_eq!(boxed("four").await.unwrap(), 4);
}
