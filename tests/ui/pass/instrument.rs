//! `#[tracing::instrument]` beside the attribute, in either order.

use retry_core::with_retry;
use tracing::instrument;

#[instrument(skip_all)]
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn outside(calls: &mut u32, key: String) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err(key) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
#[instrument(err, skip(calls))]
async fn inside(calls: &mut u32, key: String) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err(key) } else { Ok(*calls) }
}

struct Client(u32);

impl Client {
    #[instrument(skip(self))]
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn method(&mut self, key: &str) -> Result<u32, String> {
        self.0 += 1;
        if self.0 < 3 { Err(key.to_owned()) } else { Ok(self.0) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(outside(&mut 0, "k".to_owned()).await, Ok(3));
    assert_eq!(inside(&mut 0, "k".to_owned()).await, Ok(3));
    assert_eq!(Client(0).method("k").await, Ok(3));
}
