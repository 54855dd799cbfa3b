//! The attribute under its path, and under another name.

use retry_core::with_retry as again;

#[retry_core::with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn by_path(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[again(max_attempts = 3, initial_delay = "1ms")]
async fn renamed(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(by_path(&mut 0).await, Ok(3));
    assert_eq!(renamed(&mut 0).await, Ok(3));
}
