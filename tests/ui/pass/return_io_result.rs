//! `io::Result`.

use std::io;

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(calls: &mut u32) -> io::Result<u32> {
    *calls += 1;
    if *calls < 3 { Err(io::Error::other("again")) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await.unwrap(), 3);
    let mut calls = 10;
    assert_eq!(count(&mut calls).await.unwrap(), 11);
}
