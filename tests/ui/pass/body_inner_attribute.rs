//! Inner attributes at the head of the body.

#![deny(warnings)]

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(calls: &mut u32) -> Result<u32, String> {
    #![allow(unused_variables)]
    #![allow(non_snake_case)]
    let Unused = 1;
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "0s")]
fn blocks(calls: &mut u32) -> Result<u32, String> {
    #![allow(unused_variables)]
    let unused = 1;
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await, Ok(3));
    assert_eq!(blocks(&mut 0), Ok(3));
}
