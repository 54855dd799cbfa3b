//! `?` and `return` in a function that blocks.

use std::io;

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "0s")]
fn count(calls: &mut u32, text: &str) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    *calls += 1;
    if *calls == 1 {
        "no number".parse::<u32>()?;
    }
    if *calls == 2 {
        return Err(io::Error::other("again").into());
    }
    Ok(text.parse::<u32>()? + *calls)
}

fn main() {
    assert_eq!(count(&mut 0, "5").unwrap(), 8);
}
