use std::io;

use retry_core::with_retry;

#[with_retry(rate_limit(max_rate = 10.0))]
async fn load(path: &str) -> io::Result<String> {
    std::fs::read_to_string(path)
}

fn main() {
    let _ = load("x");
}
