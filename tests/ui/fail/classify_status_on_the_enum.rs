use retry_core::Classify;

#[derive(Classify)]
#[retry(status)]
enum ApiError {
    Http(u16),
}

fn main() {
    let _ = ApiError::Http(500);
}
