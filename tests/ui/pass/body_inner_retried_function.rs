//! A retried function in the body of a retried function.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(calls: &mut u32) -> Result<u32, String> {
    #[with_retry(max_attempts = 2, initial_delay = "1ms")]
    async fn inner(calls: &mut u32) -> Result<u32, String> {
        *calls += 1;
        if *calls < 6 { Err(format!("call {calls}")) } else { Ok(*calls) }
    }

    inner(calls).await
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await, Ok(6));
}
