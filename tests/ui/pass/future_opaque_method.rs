//! Methods that return `impl Future`: by `&self`, by `&mut self`, in a trait.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

fn third(calls: &AtomicU32) -> Result<u32, String> {
    match calls.fetch_add(1, Ordering::Relaxed) + 1 {
        3 => Ok(3),
        call => Err(format!("call {call}")),
    }
}

#[derive(Default)]
struct Client {
    calls: AtomicU32,
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    fn shared(&self) -> impl Future<Output = Result<u32, String>> + Send {
        async move { third(&self.calls) }
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    fn exclusive(&mut self) -> impl Future<Output = Result<u32, String>> + Send {
        async move {
            *self.calls.get_mut() += 1;
            if *self.calls.get_mut() < 3 { Err("again".to_owned()) } else { Ok(3) }
        }
    }
}

trait Load {
    fn load(&self) -> impl Future<Output = Result<u32, String>> + Send;
}

impl Load for Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    fn load(&self) -> impl Future<Output = Result<u32, String>> + Send {
        async move { third(&self.calls) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Client::default().shared().await, Ok(3));
    assert_eq!(Client::default().exclusive().await, Ok(3));
    assert_eq!(Client::default().load().await, Ok(3));
}
