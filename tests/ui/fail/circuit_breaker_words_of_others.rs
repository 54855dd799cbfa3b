use std::io;

use retry_core::with_retry;

#[with_retry(circuit_breaker(threshold = 5, reset_timeout = "30s"))]
async fn load(path: &str) -> io::Result<String> {
    tokio::fs::read_to_string(path).await
}

fn main() {
    let _ = load("x");
}
