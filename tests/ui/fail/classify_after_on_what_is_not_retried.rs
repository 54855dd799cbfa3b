use std::time::Duration;

use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(permanent, after = 0)]
    Broken(Duration),
}

fn main() {
    let _ = ApiError::Broken(Duration::ZERO);
}
