use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(status, transparent)]
    Http(u16),
}

fn main() {
    let _ = ApiError::Http(500);
}
