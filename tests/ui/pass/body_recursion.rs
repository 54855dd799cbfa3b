//! Recursion through `Box::pin`: every level has its own attempts.

use retry_core::with_retry;

#[with_retry(max_attempts = 2, initial_delay = "1ms")]
async fn fails(depth: u32, calls: &mut u32) -> Result<u32, String> {
    if depth > 0 {
        return Box::pin(fails(depth - 1, calls)).await;
    }
    *calls += 1;
    if *calls < 7 { Err(format!("call {calls}")) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 2, initial_delay = "1ms")]
async fn down_to(depth: u32, calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if depth == 0 {
        return Ok(*calls);
    }
    Box::pin(down_to(depth - 1, calls)).await
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(fails(2, &mut 0).await, Ok(7));
    let mut calls = 0;
    assert_eq!(fails(1, &mut calls).await, Err("call 4".to_owned()));
    assert_eq!(calls, 4);
    assert_eq!(down_to(3, &mut 0).await, Ok(4));
}
