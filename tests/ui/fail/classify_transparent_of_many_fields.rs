use std::io;

use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(transparent)]
    Io(io::Error, u32),
}

fn main() {
    let _ = ApiError::Io(io::Error::other("x"), 1);
}
