//! An `Option<&mut T>` by value, which has no `Clone`: each attempt reaches through it.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(calls: &mut u32, log: Option<&mut Vec<u32>>) -> Result<u32, String> {
    *calls += 1;
    if let Some(log) = log {
        log.push(*calls);
    }
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut log = Vec::new();
    assert_eq!(count(&mut 0, Some(&mut log)).await, Ok(3));
    assert_eq!(log, [1, 2, 3]);
}
