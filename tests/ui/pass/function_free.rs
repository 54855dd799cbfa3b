//! A free async function.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    tokio::task::yield_now().await;
    if *calls < 3 { Err(format!("call {calls}")) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn fails(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    Err(format!("call {calls}"))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await, Ok(3));
    let mut calls = 0;
    assert_eq!(fails(&mut calls).await, Err("call 3".to_owned()));
    assert_eq!(calls, 3);
}
