use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(transparent, network)]
    Io(std::io::Error),
}

fn main() {
    let _ = ApiError::Io(std::io::Error::other("x"));
}
