//! `&mut T`, captured by an `async move` block and by a `move` closure of the body.

use retry_core::with_retry;

fn third(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn in_a_block(calls: &mut u32) -> Result<u32, String> {
    async move {
        tokio::task::yield_now().await;
        third(calls)
    }
    .await
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn in_a_closure(calls: &mut u32) -> Result<u32, String> {
    let mut call = move || third(calls);
    call()
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(in_a_block(&mut 0).await, Ok(3));
    assert_eq!(in_a_closure(&mut 0).await, Ok(3));
}
