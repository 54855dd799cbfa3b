//! `#[async_trait(?Send)]`, with a future that is not `Send`.

use std::cell::Cell;
use std::rc::Rc;

use async_trait::async_trait;
use retry_core::with_retry;

#[async_trait(?Send)]
trait Load {
    async fn load(&self, calls: Rc<Cell<u32>>) -> Result<u32, String>;

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn by_default(&self, calls: Rc<Cell<u32>>) -> Result<u32, String> {
        calls.set(calls.get() + 1);
        tokio::task::yield_now().await;
        if calls.get() < 3 { Err("again".to_owned()) } else { Ok(calls.get()) }
    }
}

struct Disk;

#[async_trait(?Send)]
impl Load for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load(&self, calls: Rc<Cell<u32>>) -> Result<u32, String> {
        calls.set(calls.get() + 1);
        tokio::task::yield_now().await;
        if calls.get() < 3 { Err("again".to_owned()) } else { Ok(calls.get()) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Disk.load(Rc::default()).await, Ok(3));
    assert_eq!(Disk.by_default(Rc::default()).await, Ok(3));
}
