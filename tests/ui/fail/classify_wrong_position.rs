use std::time::Duration;

use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(rate_limit, after = 1)]
    Throttled(Duration),
}

fn main() {
    let _ = ApiError::Throttled(Duration::ZERO);
}
