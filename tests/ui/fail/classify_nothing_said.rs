use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry]
    Unreachable,
}

fn main() {
    let _ = ApiError::Unreachable;
}
