//! A free function that blocks.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "0s")]
fn count(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 2, initial_delay = "1ms", jitter = "none")]
fn fails(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    Err(format!("call {calls}"))
}

fn main() {
    assert_eq!(count(&mut 0), Ok(3));
    assert_eq!(fails(&mut 0), Err("call 2".to_owned()));
}
