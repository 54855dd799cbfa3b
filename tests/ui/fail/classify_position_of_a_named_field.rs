use std::time::Duration;

use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(rate_limit, after = 0)]
    Throttled { wait: Duration },
}

fn main() {
    let ApiError::Throttled { wait } = ApiError::Throttled { wait: Duration::ZERO };
    let _ = wait;
}
