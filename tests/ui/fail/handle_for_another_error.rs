use std::io;

use retry_core::{Retry, RetryError, RetryIf, with_retry};

struct ApiError;

#[with_retry(retry = retry)]
async fn load(retry: &Retry<RetryIf<fn(&io::Error) -> bool>>) -> Result<u32, RetryError<ApiError>> {
    Err(ApiError)?
}

fn main() {}
