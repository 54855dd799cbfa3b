//! `#[tracing::instrument]` above the attribute.

use retry_core::with_retry;

#[tracing::instrument(skip_all)]
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn counted(calls: &mut u32, key: String) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err(key) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(counted(&mut 0, "k".to_owned()).await, Ok(3));
}
