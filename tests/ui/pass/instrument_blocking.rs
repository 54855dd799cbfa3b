//! `#[tracing::instrument]` above and below the attribute, on functions that block.

use retry_core::with_retry;

#[tracing::instrument(skip(calls))]
#[with_retry(max_attempts = 3, initial_delay = "0s")]
fn above(calls: &mut u32, key: String) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err(key) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "0s")]
#[tracing::instrument(skip(calls))]
fn below(calls: &mut u32, key: String) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err(key) } else { Ok(*calls) }
}

fn main() {
    assert_eq!(above(&mut 0, "k".to_owned()), Ok(3));
    assert_eq!(below(&mut 0, "k".to_owned()), Ok(3));
}
