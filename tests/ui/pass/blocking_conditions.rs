//! Conditions and a hook of a function that blocks.

use std::cell::Cell;
use std::io;

use retry_core::with_retry;

#[with_retry(
    max_attempts = 9,
    initial_delay = "0s",
    retry_on = io::Error,
    retry_if = |error, attempt| attempt.number() < 4 && error.kind() == io::ErrorKind::Other,
    on_retry = |retrying| told.set(told.get() + retrying.attempt().number()),
)]
fn count(calls: &mut u32, told: &Cell<u32>) -> io::Result<u32> {
    *calls += 1;
    Err(io::Error::other(format!("call {calls}")))
}

fn main() {
    let (mut calls, told) = (0, Cell::new(0));
    assert_eq!(count(&mut calls, &told).unwrap_err().to_string(), "call 4");
    assert_eq!((calls, told.get()), (4, 6));
}
