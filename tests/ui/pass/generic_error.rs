//! A generic error: what it is itself, only its sources can tell.

use std::error::Error;
use std::io;

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms", retry_on = io::Error)]
async fn listed<E: Error + From<io::Error>>(calls: &mut u32) -> Result<(), E> {
    *calls += 1;
    Err(io::Error::other("x").into())
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn unlisted<E: Error + From<io::Error>>(calls: &mut u32) -> Result<(), E> {
    *calls += 1;
    Err(io::Error::other("x").into())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert!(listed::<io::Error>(&mut calls).await.is_err());
    assert_eq!(calls, 1);
    let mut calls = 0;
    assert!(unlisted::<io::Error>(&mut calls).await.is_err());
    assert_eq!(calls, 3);
}
