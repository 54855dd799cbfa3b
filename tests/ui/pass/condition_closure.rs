//! `retry_if` with a closure of the error, and of the error and the attempt.

use retry_core::with_retry;

#[with_retry(initial_delay = "1ms", retry_if = |error| error == "call 1")]
async fn of_the_error(calls: &mut u32) -> Result<(), String> {
    *calls += 1;
    Err(format!("call {calls}"))
}

#[with_retry(max_attempts = 9, initial_delay = "1ms", retry_if = |_, attempt| attempt.number() < 5)]
async fn of_both(calls: &mut u32) -> Result<(), String> {
    *calls += 1;
    Err(format!("call {calls}"))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(of_the_error(&mut 0).await, Err("call 2".to_owned()));
    assert_eq!(of_both(&mut 0).await, Err("call 5".to_owned()));
}
