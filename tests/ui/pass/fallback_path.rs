//! `fallback` as the path of an async function, and of one that is not.

use std::io;

use retry_core::with_retry;

async fn cached(error: io::Error) -> io::Result<String> {
    tokio::task::yield_now().await;
    Ok(format!("cached, since {error}"))
}

fn empty(_: io::Error) -> io::Result<String> {
    Ok(String::new())
}

#[with_retry(max_attempts = 2, initial_delay = "1ms", fallback = cached)]
async fn load() -> io::Result<String> {
    Err(io::Error::other("down"))
}

#[with_retry(max_attempts = 2, initial_delay = "1ms", fallback = empty)]
async fn load_or_empty() -> io::Result<String> {
    Err(io::Error::other("down"))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(load().await.unwrap(), "cached, since down");
    assert_eq!(load_or_empty().await.unwrap(), "");
}
