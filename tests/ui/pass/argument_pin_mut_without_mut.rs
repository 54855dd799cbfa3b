//! `Pin<&mut T>` as an argument, rebound in the body and not `mut` in the signature.

use std::pin::{Pin, pin};

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(calls: Pin<&mut u32>) -> Result<u32, String> {
    let calls = calls.get_mut();
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(pin!(0)).await, Ok(3));
}
