//! `self` and `mut self` under `#[async_trait]`.

use async_trait::async_trait;
use retry_core::with_retry;

#[async_trait]
trait Load {
    async fn by_value(self, calls: &mut u32) -> Result<Self, String>
    where
        Self: Sized;

    async fn by_mut_value(self, calls: &mut u32) -> Result<Self, String>
    where
        Self: Sized;
}

#[derive(Clone, Debug, PartialEq)]
struct Disk(u32);

#[async_trait]
impl Load for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn by_value(self, calls: &mut u32) -> Result<Self, String> {
        *calls += 1;
        if *calls < 3 { Err("again".to_owned()) } else { Ok(self) }
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn by_mut_value(mut self, calls: &mut u32) -> Result<Self, String> {
        *calls += 1;
        self.0 += 1;
        if *calls < 3 { Err("again".to_owned()) } else { Ok(self) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(Disk(7).by_value(&mut calls).await, Ok(Disk(7)));
    assert_eq!(calls, 3);
    calls = 0;
    assert_eq!(Disk(7).by_mut_value(&mut calls).await, Ok(Disk(8)));
    assert_eq!(calls, 3);
}
