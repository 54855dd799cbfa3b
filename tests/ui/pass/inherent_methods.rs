//! `&self`, `&mut self` and `self`, in an inherent impl.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

#[derive(Clone, Default)]
struct Client {
    calls: u32,
}

static CALLS: AtomicU32 = AtomicU32::new(0);

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn shared(&self, calls: &AtomicU32) -> Result<u32, String> {
        third(self.calls + calls.fetch_add(1, Ordering::Relaxed) + 1)
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn exclusive(&mut self) -> Result<u32, String> {
        self.calls += 1;
        third(self.calls)
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn by_value(self) -> Result<Self, String> {
        third(CALLS.fetch_add(1, Ordering::Relaxed) + 1)?;
        Ok(self)
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn by_mutable_value(mut self) -> Result<u32, String> {
        self.calls += 1;
        assert_eq!(self.calls, 8, "each attempt starts from the caller's value");
        third(CALLS.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

fn third(call: u32) -> Result<u32, String> {
    if call == 3 { Ok(call) } else { Err(format!("call {call}")) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let calls = AtomicU32::new(0);
    assert_eq!(Client::default().shared(&calls).await, Ok(3));
    assert_eq!(Client::default().exclusive().await, Ok(3));
    assert_eq!(Client { calls: 7 }.by_value().await.unwrap().calls, 7);
    CALLS.store(0, Ordering::Relaxed);
    assert_eq!(Client { calls: 7 }.by_mutable_value().await, Ok(3));
}
