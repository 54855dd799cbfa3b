//! `#[with_retry()]`: three attempts.

use retry_core::with_retry;

#[with_retry()]
async fn count(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    Err(format!("call {calls}"))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await, Err("call 3".to_owned()));
}
