use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(status)]
    NotFound,
}

fn main() {
    let _ = ApiError::NotFound;
}
