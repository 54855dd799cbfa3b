use retry_core::{RetryPolicy, with_retry};

struct Client;

impl Client {
    const POLICY: RetryPolicy = RetryPolicy::new();

    #[with_retry(policy = Self::POLICY)]
    async fn load(&self) -> Result<(), String> {
        Ok(())
    }
}

fn main() {
    let _ = Client.load();
}
