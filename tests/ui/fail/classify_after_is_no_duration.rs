use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(rate_limit, after = seconds)]
    Throttled { seconds: u64 },
}

fn main() {
    let _ = ApiError::Throttled { seconds: 1 };
}
