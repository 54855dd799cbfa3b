//! `#[async_trait(?Send)]` with by-value, `mut`, pattern and `&mut` arguments.

use std::rc::Rc;

use async_trait::async_trait;
use retry_core::with_retry;

#[async_trait(?Send)]
trait Load {
    async fn load(
        &mut self,
        key: String,
        list: Vec<u32>,
        pair: (Rc<u32>, u32),
        calls: &mut u32,
    ) -> Result<String, String>;
}

struct Disk;

#[async_trait(?Send)]
impl Load for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load(
        &mut self,
        key: String,
        mut list: Vec<u32>,
        (a, b): (Rc<u32>, u32),
        calls: &mut u32,
    ) -> Result<String, String> {
        *calls += 1;
        list.push(*a + b);
        let text = key + &format!("{list:?}");
        if *calls < 3 { Err(text) } else { Ok(text) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    let text = Disk.load("key ".to_owned(), vec![1], (Rc::new(2), 3), &mut calls).await;
    assert_eq!((text.as_deref(), calls), (Ok("key [1, 5]"), 3));
}
