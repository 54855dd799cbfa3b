//! `retry_if_ok` with a closure and with a path; what it turns down to the end is returned.

use std::io;

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms", retry_if_ok = |n| *n < 3)]
async fn closure(calls: &mut u32) -> io::Result<u32> {
    *calls += 1;
    Ok(*calls)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", retry_if_ok = Vec::is_empty)]
async fn path(calls: &mut u32) -> io::Result<Vec<u32>> {
    *calls += 1;
    Ok(vec![])
}

#[with_retry(max_attempts = 9, initial_delay = "1ms", retry_if_ok = |n| *n < 3)]
async fn option(calls: &mut u32) -> Option<u32> {
    *calls += 1;
    Some(*calls)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(closure(&mut 0).await.unwrap(), 3);
    let mut calls = 0;
    assert!(path(&mut calls).await.unwrap().is_empty());
    assert_eq!(calls, 3);
    assert_eq!(option(&mut 0).await, Some(3));
}
