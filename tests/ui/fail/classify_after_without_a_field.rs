use std::time::Duration;

use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(rate_limit, after)]
    Throttled(Duration),
}

fn main() {
    let _ = ApiError::Throttled(Duration::ZERO);
}
