use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(status)]
    Http { code: u16, body: String },
}

fn main() {
    let ApiError::Http { code, body } = ApiError::Http { code: 500, body: String::new() };
    let _ = (code, body);
}
