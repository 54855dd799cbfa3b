use std::io;

use retry_core::with_retry;

const POLICY: retry_core::RetryPolicy =
    retry_core::RetryPolicy::new().with_max_delay(std::time::Duration::from_secs(1));

#[with_retry(policy = POLICY, initial_delay = "2s")]
async fn load(path: &str) -> io::Result<String> {
    std::fs::read_to_string(path)
}

fn main() {
    let _ = load("x");
}
