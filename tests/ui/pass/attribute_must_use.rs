//! `#[must_use]` above and below the attribute: it stays in force.

#![deny(warnings)]

use retry_core::with_retry;

#[must_use]
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn above(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "0s")]
#[must_use = "it took three calls"]
fn below(calls: &mut u32) -> Option<u32> {
    *calls += 1;
    (*calls == 3).then_some(*calls)
}

#[expect(unused_must_use)]
fn dropped(calls: &mut u32) {
    below(calls);
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(above(&mut 0).await, Ok(3));
    assert_eq!(below(&mut 0), Some(3));
    let mut calls = 0;
    dropped(&mut calls);
    assert_eq!(calls, 3);
}
