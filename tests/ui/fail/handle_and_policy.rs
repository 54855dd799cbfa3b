use retry_core::{Retry, RetryPolicy, with_retry};

#[with_retry(retry = retry, policy = RetryPolicy::new())]
async fn load(retry: &Retry) -> std::io::Result<u32> {
    Ok(1)
}

fn main() {}
