use retry_core::with_retry;

#[derive(Debug)]
struct ApiError;

#[with_retry(max_attempts = 3)]
async fn parse(text: &str) -> Result<u32, ApiError> {
    Ok(text.parse::<u32>()?)
}

fn main() {
    let _ = parse("x");
}
