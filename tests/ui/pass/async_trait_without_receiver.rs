//! A function without a receiver under `#[async_trait]`.

use async_trait::async_trait;
use retry_core::with_retry;

#[async_trait]
trait Connect: Sized {
    async fn connect(calls: &mut u32) -> Result<Self, String>;
}

#[derive(Debug, PartialEq)]
struct Disk(u32);

#[async_trait]
impl Connect for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn connect(calls: &mut u32) -> Result<Self, String> {
        *calls += 1;
        if *calls < 3 { Err("again".to_owned()) } else { Ok(Self(*calls)) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Disk::connect(&mut 0).await, Ok(Disk(3)));
}
