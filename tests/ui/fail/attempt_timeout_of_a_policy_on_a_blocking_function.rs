use std::io;
use std::time::Duration;

use retry_core::{RetryPolicy, with_retry};

const POLICY: RetryPolicy = RetryPolicy::new().with_attempt_timeout(Duration::from_secs(1));

#[with_retry(policy = POLICY)]
fn load(path: &str) -> io::Result<String> {
    std::fs::read_to_string(path)
}

fn main() {
    let _ = load("x");
}
