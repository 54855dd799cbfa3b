use std::time::Duration;

use retry_core::{Classify, with_retry};

#[derive(Debug, Classify)]
enum ApiError {
    #[retry(ratelimit, after = retry_afer)]
    Throttled { retry_after: Duration },
    #[retry(status = 2, after = 0)]
    Http(u16),
    #[retry(client, after = 0, permanent)]
    Refused(#[retry(after)] Duration),
    Silent,
}

#[with_retry]
async fn load() -> Result<u32, ApiError> {
    Err(ApiError::Silent)
}

fn main() {
    let throttled = ApiError::Throttled { retry_after: Duration::ZERO };
    let _ = (throttled, ApiError::Http(1), ApiError::Refused(Duration::ZERO), load());
    let _ = |error: &ApiError| Classify::classify(error);
}
