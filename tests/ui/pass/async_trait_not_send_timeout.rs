//! `#[async_trait(?Send)]` with an attempt timeout and an error made from `Stopped`.

use std::future::pending;

use async_trait::async_trait;
use retry_core::{Stopped, with_retry};

#[derive(Debug)]
struct Down(u32);

impl From<Stopped> for Down {
    fn from(stopped: Stopped) -> Self {
        Self(stopped.attempts())
    }
}

#[async_trait(?Send)]
trait Load {
    async fn load(&self, calls: &mut u32) -> Result<u32, Down>;
}

struct Disk;

#[async_trait(?Send)]
impl Load for Disk {
    #[with_retry(max_attempts = 2, initial_delay = "1ms", attempt_timeout = "1s")]
    async fn load(&self, calls: &mut u32) -> Result<u32, Down> {
        *calls += 1;
        pending().await
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(Disk.load(&mut calls).await.unwrap_err().0, 2);
    assert_eq!(calls, 2);
}
