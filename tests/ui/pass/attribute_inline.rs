//! `#[inline]`, `#[cold]` and `#[track_caller]` above and below the attribute.

#![deny(warnings)]

use retry_core::with_retry;

#[inline]
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn above(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
#[inline(always)]
async fn below(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "0s")]
#[inline(never)]
#[cold]
#[track_caller]
fn blocking(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(above(&mut 0).await, Ok(3));
    assert_eq!(below(&mut 0).await, Ok(3));
    assert_eq!(blocking(&mut 0), Ok(3));
}
