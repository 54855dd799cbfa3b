use std::io;

use retry_core::with_retry;

#[with_retry(on(rate_limit, max_delays = "8s"))]
async fn load(path: &str) -> io::Result<String> {
    std::fs::read_to_string(path)
}

fn main() {
    let _ = load("x");
}
