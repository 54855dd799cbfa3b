//! `on` in a function that blocks.

use std::io;

use retry_core::with_retry;

#[with_retry(max_attempts = 1, on(network, max_attempts = 3, initial_delay = "1ms"))]
fn connect(calls: &mut u32, error: io::ErrorKind) -> io::Result<()> {
    *calls += 1;
    Err(error.into())
}

fn main() {
    let mut calls = 0;
    connect(&mut calls, io::ErrorKind::ConnectionRefused).unwrap_err();
    assert_eq!(calls, 3);
    connect(&mut calls, io::ErrorKind::TimedOut).unwrap_err();
    assert_eq!(calls, 4);
}
