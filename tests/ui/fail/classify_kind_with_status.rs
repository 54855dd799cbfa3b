use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(server, status)]
    Http(u16),
}

fn main() {
    let _ = ApiError::Http(500);
}
