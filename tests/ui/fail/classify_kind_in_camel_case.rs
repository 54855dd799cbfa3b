use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(RateLimit)]
    Throttled,
}

fn main() {
    let _ = ApiError::Throttled;
}
