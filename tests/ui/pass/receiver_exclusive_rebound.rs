//! `&mut self`, bound to another name in the body.

use retry_core::with_retry;

struct Client {
    calls: u32,
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn count(&mut self) -> Result<u32, String> {
        let this = self;
        this.calls += 1;
        if this.calls < 3 { Err("again".to_owned()) } else { Ok(this.calls) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Client { calls: 0 }.count().await, Ok(3));
}
