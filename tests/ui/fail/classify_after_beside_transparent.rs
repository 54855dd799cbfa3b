use std::io;
use std::time::Duration;

use retry_core::Classify;

#[derive(Classify)]
enum ApiError {
    #[retry(transparent = 0, after = 1)]
    Io(io::Error, Duration),
}

fn main() {
    let _ = ApiError::Io(io::Error::other("x"), Duration::ZERO);
}
