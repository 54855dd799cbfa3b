use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(network)]
    Unreachable,
    NotFound,
}

fn main() {
    let _ = (ApiError::Unreachable, ApiError::NotFound);
}
