use std::io;

use retry_core::with_retry;

#[with_retry(max_delay = "2s", on(rate_limit, initial_delay = "5s"))]
async fn load(path: &str) -> io::Result<String> {
    std::fs::read_to_string(path)
}

fn main() {
    let _ = load("x");
}
