//! `#[with_retry]` without parentheses: three attempts.

use retry_core::with_retry;

#[with_retry]
async fn count(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    Err(format!("call {calls}"))
}

struct Client(u32);

impl Client {
    #[with_retry]
    async fn count(&mut self) -> Option<u32> {
        self.0 += 1;
        (self.0 == 3).then_some(self.0)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await, Err("call 3".to_owned()));
    assert_eq!(Client(0).count().await, Some(3));
}
