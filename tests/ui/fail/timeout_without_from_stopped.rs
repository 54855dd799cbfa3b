use retry_core::with_retry;

#[derive(Debug)]
enum ApiError {
    Down,
}

#[with_retry(max_attempts = 3, timeout = "1s")]
async fn ping() -> Result<(), ApiError> {
    Err(ApiError::Down)
}

fn main() {
    let _ = ping();
}
