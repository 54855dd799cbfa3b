use std::io;

use retry_core::with_retry;

#[with_retry(max_attempts = 3)]
async fn load(path: &str) -> io::Result<String> {
    let text: u32 = std::fs::read_to_string(path)?;
    Ok(text)
}

fn main() {
    let _ = load("x");
}
