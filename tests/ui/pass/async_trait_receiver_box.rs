//! `self: Box<Self>` under `#[async_trait]`.

use async_trait::async_trait;
use retry_core::{RetryError, with_retry};

#[async_trait]
trait Load {
    async fn load(self: Box<Self>, key: String) -> Result<String, RetryError<String>>;
}

#[derive(Clone)]
struct Disk(&'static str);

#[async_trait]
impl Load for Disk {
    #[with_retry(max_attempts = 2, initial_delay = "1ms")]
    async fn load(self: Box<Self>, key: String) -> Result<String, RetryError<String>> {
        Err(key + self.0)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let error = Box::new(Disk("disk")).load("key ".to_owned()).await.unwrap_err();
    assert_eq!((error.attempts(), error.into_last_error()), (2, Some("key disk".to_owned())));
}
