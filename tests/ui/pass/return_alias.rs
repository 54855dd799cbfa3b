//! A crate's own alias of `Result`, with and without a parameter.

use retry_core::with_retry;

type Result<T, E = String> = std::result::Result<T, E>;
type Answer = Result<u32>;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn with_a_parameter(calls: &mut u32) -> Result<u32> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn without(calls: &mut u32) -> Answer {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(with_a_parameter(&mut 0).await, Ok(3));
    assert_eq!(without(&mut 0).await, Ok(3));
}
