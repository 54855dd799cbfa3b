//! Every key is told at once, each at its place, and what it says is still read.

use retry_core::{Retry, with_retry};

#[with_retry(
    initial_delay = "1ms",
    max_delay = "1s",
    retry = retry,
    multiplier = 3,
    jitter = "none",
    attempt_timeout = "1s",
    max_hint = "1m",
    on(timeout, max_attempts = 2),
    on(network, max_attempts = 2),
)]
async fn load(retry: &Retry) -> std::io::Result<u32> {
    Ok(1)
}

fn main() {}
