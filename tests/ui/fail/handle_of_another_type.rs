use retry_core::{RetryPolicy, with_retry};

struct Client {
    policy: RetryPolicy,
}

impl Client {
    #[with_retry(retry = self.policy)]
    async fn load(&self) -> std::io::Result<u32> {
        Ok(1)
    }

    #[with_retry(retry = "inventory")]
    fn by_name(&self) -> std::io::Result<u32> {
        Ok(1)
    }
}

fn main() {}
