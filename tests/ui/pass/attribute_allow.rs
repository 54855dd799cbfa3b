//! `#[allow]` and `#[expect]` above and below the attribute: they reach the body.

#![deny(warnings)]

use retry_core::with_retry;

#[allow(unused_variables, clippy::missing_errors_doc)]
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn above(calls: &mut u32) -> Result<u32, String> {
    let unused = 1;
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
#[expect(unused_variables)]
async fn below(calls: &mut u32, unused: u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "0s")]
#[allow(unused_variables)]
fn blocking(calls: &mut u32) -> Result<u32, String> {
    let unused = 1;
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(above(&mut 0).await, Ok(3));
    assert_eq!(below(&mut 0, 1).await, Ok(3));
    assert_eq!(blocking(&mut 0), Ok(3));
}
