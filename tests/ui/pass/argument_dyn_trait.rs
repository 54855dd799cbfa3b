//! `dyn Trait` arguments, by reference, by `&mut` and boxed.

use std::fmt::{Debug, Write};

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(
    shown: &(dyn Debug + Sync),
    written: &mut (dyn Write + Send),
    call: Box<dyn Fn(u32) -> u32 + Send + Sync>,
    calls: &mut u32,
) -> Result<u32, String> {
    *calls = call(*calls);
    write!(written, "{shown:?}").unwrap();
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut written = String::new();
    assert_eq!(count(&'c', &mut written, Box::new(|n| n + 1), &mut 0).await, Ok(3));
    assert_eq!(written, "'c''c''c'");
}
