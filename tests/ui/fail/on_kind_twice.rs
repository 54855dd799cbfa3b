use std::io;

use retry_core::with_retry;

#[with_retry(on(timeout, max_attempts = 2), on(timeout, initial_delay = "1s"))]
async fn load(path: &str) -> io::Result<String> {
    std::fs::read_to_string(path)
}

fn main() {
    let _ = load("x");
}
