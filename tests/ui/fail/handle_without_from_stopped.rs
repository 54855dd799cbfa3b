use retry_core::{Retry, with_retry};

#[derive(Debug)]
struct ApiError;

#[with_retry(retry = retry)]
async fn load(retry: &Retry) -> Result<u32, ApiError> {
    Err(ApiError)
}

#[with_retry(retry = retry)]
fn blocking(retry: &Retry) -> Result<u32, ApiError> {
    Err(ApiError)
}

fn main() {}
