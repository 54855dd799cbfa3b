use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(netwrk)]
    Unreachable,
}

fn main() {
    let _ = ApiError::Unreachable;
}
