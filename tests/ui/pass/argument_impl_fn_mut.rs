//! An `impl FnMut` by value, called by each attempt; its future is `Send`.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(call: impl FnMut() -> u32) -> Result<u32, String> {
    let mut call = call;
    match call() {
        3 => Ok(3),
        calls => Err(format!("call {calls}")),
    }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    let counting = || {
        calls += 1;
        calls
    };
    assert_eq!(assert_send(count(counting)).await, Ok(3));
}
