//! `#[async_trait(?Send)]` with `RetryError` around an error that is not `Send`.

use std::rc::Rc;

use async_trait::async_trait;
use retry_core::{RetryError, with_retry};

#[async_trait(?Send)]
trait Load {
    async fn load(&mut self) -> Result<u32, RetryError<Rc<str>>>;
}

struct Disk {
    calls: u32,
}

#[async_trait(?Send)]
impl Load for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load(&mut self) -> Result<u32, RetryError<Rc<str>>> {
        self.calls += 1;
        Err(Rc::from(format!("call {}", self.calls)))
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let error = Disk { calls: 0 }.load().await.unwrap_err();
    assert_eq!(error.attempts(), 3);
    assert_eq!(error.into_last_error().as_deref(), Some("call 3"));
}
