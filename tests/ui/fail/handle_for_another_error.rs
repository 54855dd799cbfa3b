use std::fmt;
use std::io;

use retry_core::{Attempt, ByChain, ClassifyWith, Retry, RetryError, RetryIf, Verdict, with_retry};

struct ApiError;

#[with_retry(retry = retry)]
async fn by_predicate(retry: &Retry<RetryIf<fn(&io::Error) -> bool>>) -> Result<u32, RetryError<ApiError>> {
    Err(ApiError)?
}

#[with_retry(retry = retry)]
async fn by_verdict<V>(retry: &Retry<ClassifyWith<V>>) -> Result<u32, RetryError<ApiError>>
where
    V: Fn(&fmt::Error, &Attempt) -> Verdict + Clone,
{
    Err(ApiError)?
}

#[with_retry(retry = retry)]
fn by_chain(retry: &Retry<ByChain>) -> Result<u32, RetryError<ApiError>> {
    Err(ApiError)?
}

fn main() {}
