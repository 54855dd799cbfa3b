use std::fmt;

use retry_core::{Attempt, ClassifyWith, Retry, RetryError, Verdict, with_retry};

struct ApiError;

#[with_retry(retry = retry)]
async fn by_verdict<V>(retry: &Retry<ClassifyWith<V>>) -> Result<u32, RetryError<ApiError>>
where
    V: Fn(&fmt::Error, &Attempt) -> Verdict + Clone,
{
    Err(ApiError)?
}

#[with_retry(retry = retry)]
async fn by_anything<C: Clone>(retry: &Retry<C>) -> Result<u32, RetryError<ApiError>> {
    Err(ApiError)?
}

fn main() {}
