use retry_core::with_retry;

trait Load {
    #[with_retry(max_attempts = 3)]
    async fn load(&self) -> Result<String, String>;
}

fn main() {}
