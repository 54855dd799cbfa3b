use retry_core::with_retry;

#[with_retry(max_attempts = 3)]
async fn load(path: &str) -> std::io::Result<String> {
    let text = std::fs::
}

fn main() {
    let _ = load("x");
}
