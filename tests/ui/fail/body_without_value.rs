use retry_core::with_retry;

#[with_retry(max_attempts = 3)]
async fn load(path: &str) -> std::io::Result<String> {
    std::fs::read_to_string(path)?;
}

fn main() {
    let _ = load("x");
}
