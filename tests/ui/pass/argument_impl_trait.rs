//! `impl Trait` arguments: cloned, and called through a reference.

use std::fmt::Display;

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(
    shown: impl Display + Clone,
    call: impl Fn(u32) -> u32,
    calls: &mut u32,
) -> Result<u32, String> {
    *calls = call(*calls);
    if *calls < 3 { Err(shown.to_string()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn fails(shown: impl Display, calls: &mut impl Extend<u32>) -> Result<u32, String> {
    calls.extend([1]);
    Err(shown.to_string())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count('c', |n| n + 1, &mut 0).await, Ok(3));
    let mut calls = vec![];
    assert_eq!(fails('c', &mut calls).await, Err("c".to_owned()));
    assert_eq!(calls, [1, 1, 1]);
}
