//! `fallback` on a function that blocks.

use std::io;

use retry_core::{RetryError, with_retry};

#[with_retry(max_attempts = 2, initial_delay = "1ms", fallback = |_| Ok(calls.to_string()))]
fn load(calls: &mut u32) -> io::Result<String> {
    *calls += 1;
    Err(io::Error::other("down"))
}

fn report(error: RetryError<io::Error>) -> Result<u32, RetryError<io::Error>> {
    if error.attempts() == 2 { Ok(2) } else { Err(error) }
}

#[with_retry(max_attempts = 2, initial_delay = "1ms", fallback = report)]
fn count() -> Result<u32, RetryError<io::Error>> {
    Err(io::Error::other("down"))
}

fn main() {
    assert_eq!(load(&mut 0).unwrap(), "2");
    assert_eq!(count().unwrap(), 2);
}
