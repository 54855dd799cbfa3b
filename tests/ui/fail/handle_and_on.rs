use retry_core::{Retry, with_retry};

#[with_retry(retry = retry, on(timeout, max_attempts = 2))]
async fn load(retry: &Retry) -> std::io::Result<u32> {
    Ok(1)
}

fn main() {}
