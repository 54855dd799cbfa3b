#![deny(warnings)]

use retry_core::with_retry;

#[with_retry(max_attempts = 5, initial_delay = "1s", timeout = "10s", attempt_timeout = "2s")]
async fn load() -> std::io::Result<()> {
    Ok(())
}

fn main() {
    let _ = load();
}
