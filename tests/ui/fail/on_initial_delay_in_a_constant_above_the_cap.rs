use std::io;

use retry_core::with_retry;

const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

#[with_retry(initial_delay = "50ms", on(rate_limit, max_attempts = 8, initial_delay = MINUTE))]
async fn load(path: &str) -> io::Result<String> {
    std::fs::read_to_string(path)
}

fn main() {
    let _ = load("x");
}
