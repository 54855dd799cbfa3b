//! A method by `self: Pin<&mut Self>`.

use std::pin::Pin;

use retry_core::with_retry;

#[derive(Default)]
struct Client {
    calls: u32,
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn consumed(self: Pin<&mut Self>) -> Result<u32, String> {
        let this = self.get_mut();
        this.calls += 1;
        if this.calls < 3 { Err("again".to_owned()) } else { Ok(this.calls) }
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn reborrowed(mut self: Pin<&mut Self>) -> Result<u32, String> {
        self.as_mut().get_mut().calls += 1;
        if self.calls < 3 { Err("again".to_owned()) } else { Ok(self.calls) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut client = Client::default();
    assert_eq!(Pin::new(&mut client).consumed().await, Ok(3));
    assert_eq!(client.calls, 3);
    assert_eq!(Pin::new(&mut Client::default()).reborrowed().await, Ok(3));
}
