use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(network = true)]
    Unreachable,
}

fn main() {
    let _ = ApiError::Unreachable;
}
