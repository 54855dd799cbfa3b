//! `#[tracing::instrument]` below the attribute.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
#[tracing::instrument(err, skip(calls))]
async fn counted(calls: &mut u32, key: String) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err(key) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(counted(&mut 0, "k".to_owned()).await, Ok(3));
}
