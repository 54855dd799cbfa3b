//! `Arc<Self>`, `&Arc<Self>`, `Box<Self>`, `Pin<&mut Self>`.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;

#[derive(Default)]
struct Client {
    calls: AtomicU32,
    polled: u32,
}

impl Client {
    fn call(&self) -> Result<u32, String> {
        match self.calls.fetch_add(1, Ordering::Relaxed) + 1 {
            3 => Ok(3),
            call => Err(format!("call {call}")),
        }
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn by_arc(self: Arc<Self>) -> Result<u32, String> {
        let this = self;
        this.call()
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn by_arc_reference(self: &Arc<Self>) -> Result<u32, String> {
        Arc::clone(self).call()
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn by_box(self: Box<Self>) -> Result<u32, String> {
        self.call()
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn pinned(self: Pin<&mut Self>) -> Result<u32, String> {
        self.get_mut().polled += 1;
        Err("always".to_owned())
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let client = Arc::new(Client::default());
    assert_eq!(client.clone().by_arc().await, Ok(3));
    client.calls.store(0, Ordering::Relaxed);
    assert_eq!(client.by_arc_reference().await, Ok(3));
    assert_eq!(Box::new(Client::default()).by_box().await, Ok(3));
    let mut client = Client::default();
    assert!(Pin::new(&mut client).pinned().await.is_err());
    assert_eq!(client.polled, 3);
}
