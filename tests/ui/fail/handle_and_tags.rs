use retry_core::{Retry, with_retry};

#[with_retry(retry = retry, tags(team = "payments"))]
async fn load(retry: &Retry) -> std::io::Result<u32> {
    Ok(1)
}

fn main() {}
