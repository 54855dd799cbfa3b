use retry_core::{ByChain, Retry, RetryError, with_retry};

struct ApiError;

#[with_retry(retry = retry)]
fn load(retry: &Retry<ByChain>) -> Result<u32, RetryError<ApiError>> {
    Err(ApiError)?
}

fn main() {}
