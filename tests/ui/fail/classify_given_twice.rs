use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(rate_limit)]
    #[retry(after = 0)]
    Throttled(std::time::Duration),
}

fn main() {
    let _ = ApiError::Throttled(std::time::Duration::ZERO);
}
