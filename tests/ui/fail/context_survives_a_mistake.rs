use std::io;

use retry_core::with_retry;

#[with_retry(max_attempts = 0, context = attempt)]
async fn load(path: &str) -> io::Result<String> {
    println!("{}", attempt.number());
    std::fs::read_to_string(path)
}

fn main() {
    let _ = load("x");
}
