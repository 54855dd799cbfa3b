use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(status)]
    Http(String),
}

fn main() {
    let _ = ApiError::Http(String::new());
}
