//! User modules with the names of the crates that the expansion uses.

#![allow(dead_code)]

use ::retry_core::with_retry;

mod core {}
mod std {}
mod alloc {}
mod retry_core {}
mod tokio {
    pub struct Runtime;
}
mod tracing {}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(calls: &mut u32, text: String) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err(text) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "0s")]
fn blocking(calls: &mut u32) -> Option<u32> {
    *calls += 1;
    (*calls == 3).then_some(*calls)
}

#[::tokio::main(flavor = "current_thread", start_paused = true, crate = "::tokio")]
async fn main() {
    assert_eq!(count(&mut 0, String::new()).await, Ok(3));
    assert_eq!(blocking(&mut 0), Some(3));
}
