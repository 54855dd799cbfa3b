//! Async blocks in the body, with `?` and `return` of their own.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(calls: &mut u32, text: &str) -> Result<u32, String> {
    *calls += 1;
    let parsed = async { Ok::<u32, std::num::ParseIntError>(text.parse()?) };
    let call = *calls;
    let moved = async move {
        if call < 3 {
            return Err(format!("call {call}"));
        }
        Ok(call)
    };
    Ok(parsed.await.unwrap() + moved.await?)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(count(&mut calls, "5").await, Ok(8));
    assert_eq!(calls, 3);
}
