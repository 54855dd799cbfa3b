use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(network, crate = retry_core)]
    Unreachable,
}

fn main() {
    let _ = ApiError::Unreachable;
}
