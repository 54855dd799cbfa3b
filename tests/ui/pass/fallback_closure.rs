//! `fallback` as a closure: it has the error and the arguments, and may give the error back.

use std::io;

use retry_core::with_retry;

#[with_retry(
    max_attempts = 2,
    initial_delay = "1ms",
    fallback = |error| if path.is_empty() { Err(error) } else { Ok(format!("{path}: {error}")) },
)]
async fn load(path: &str, calls: &mut u32) -> io::Result<String> {
    *calls += 1;
    Err(io::Error::other("again"))
}

#[with_retry(fallback = async |error: io::Error| {
    tokio::task::yield_now().await;
    Ok(error.to_string())
})]
async fn later() -> io::Result<String> {
    Err(io::ErrorKind::NotFound.into())
}

#[with_retry(fallback = |_| Ok(0))]
async fn good() -> io::Result<u32> {
    Ok(7)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(load("a", &mut calls).await.unwrap(), "a: again");
    assert_eq!(calls, 2);
    assert_eq!(load("", &mut calls).await.unwrap_err().to_string(), "again");
    assert_eq!(later().await.unwrap(), "entity not found");
    assert_eq!(good().await.unwrap(), 7);
}
