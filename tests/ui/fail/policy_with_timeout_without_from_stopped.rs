use std::time::Duration;

use retry_core::{RetryPolicy, with_retry};

const POLICY: RetryPolicy = RetryPolicy::new().with_attempt_timeout(Duration::from_secs(1));

#[derive(Debug)]
enum ApiError {
    Down,
}

#[with_retry(policy = POLICY)]
async fn ping() -> Result<(), ApiError> {
    Err(ApiError::Down)
}

fn main() {
    let _ = ping();
}
