use retry_core::{Retry, with_retry};

#[with_retry(retry = retry, key = shard)]
async fn load(retry: &Retry, shard: u32) -> std::io::Result<u32> {
    Ok(1)
}

fn main() {}
