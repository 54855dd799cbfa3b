//! An implementation for a generic type, with an associated type in the result.

use std::fmt::Debug;

use retry_core::with_retry;

trait Load {
    type Item;

    async fn load(&mut self) -> Result<Self::Item, String>;
}

struct Queue<T> {
    items: Vec<T>,
    calls: u32,
}

impl<T: Debug> Load for Queue<T> {
    type Item = T;

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load(&mut self) -> Result<Self::Item, String> {
        self.calls += 1;
        if self.calls < 3 {
            return Err(format!("{:?}", self.items));
        }
        self.items.pop().ok_or_else(String::new)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut queue = Queue { items: vec!['a', 'b'], calls: 0 };
    assert_eq!(queue.load().await, Ok('b'));
    assert_eq!((queue.items.len(), queue.calls), (1, 3));
}
