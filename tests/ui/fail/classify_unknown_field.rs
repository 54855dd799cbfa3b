use std::time::Duration;

use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(rate_limit, after = retri_after)]
    Throttled { retry_after: Duration },
}

fn main() {
    let ApiError::Throttled { retry_after } = ApiError::Throttled { retry_after: Duration::ZERO };
    let _ = retry_after;
}
