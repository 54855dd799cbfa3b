//! A context that only the hook reads: no warning.

#![deny(warnings)]

use retry_core::with_retry;

#[with_retry(initial_delay = "1ms", context = attempt, on_retry = |_| assert!(attempt.number() < 3))]
async fn count(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await, Ok(3));
}
