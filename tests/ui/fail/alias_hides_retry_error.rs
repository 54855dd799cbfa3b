use retry_core::{RetryError, with_retry};

type Answer<T> = Result<T, RetryError<std::fmt::Error>>;

#[with_retry(max_attempts = 3)]
async fn load() -> Answer<()> {
    Err(std::fmt::Error)?
}

fn main() {
    let _ = load();
}
