//! `#[tracing::instrument]` above the attribute, on a method by `&mut self`.

use retry_core::with_retry;

struct Client(u32);

impl Client {
    #[tracing::instrument(skip(self))]
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn counted(&mut self, key: &str) -> Result<u32, String> {
        self.0 += 1;
        if self.0 < 3 { Err(key.to_owned()) } else { Ok(self.0) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Client(0).counted("k").await, Ok(3));
}
