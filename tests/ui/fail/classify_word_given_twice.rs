use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(rate_limit, after = 0, after = 0)]
    Throttled(std::time::Duration),
}

fn main() {
    let _ = ApiError::Throttled(std::time::Duration::ZERO);
}
