//! A timeout on a function that blocks: no attempt starts that would come after it.

use std::io;

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "0s", timeout = "1h")]
fn in_time(calls: &mut u32) -> io::Result<u32> {
    *calls += 1;
    Err(io::Error::other("again"))
}

#[with_retry(strategy = "fixed", initial_delay = "30s", jitter = "none", timeout = "20s")]
#[allow(deprecated)] // the warning that this delay cannot fit
fn out_of_time(calls: &mut u32) -> io::Result<u32> {
    *calls += 1;
    Err(io::Error::other("again"))
}

fn main() {
    let mut calls = 0;
    assert_eq!(in_time(&mut calls).unwrap_err().to_string(), "again");
    assert_eq!(calls, 3);
    assert_eq!(out_of_time(&mut calls).unwrap_err().to_string(), "again");
    assert_eq!(calls, 4, "the delay would end after the timeout: the call ends at once");
}
