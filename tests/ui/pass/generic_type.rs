//! Generic types, of the function and of the impl.

use std::fmt::Debug;

use retry_core::with_retry;

struct Queue<T> {
    items: Vec<T>,
}

impl<T: Debug + Clone> Queue<T> {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn push<U: Into<T> + Clone>(&mut self, item: U) -> Result<usize, String> {
        self.items.push(item.into());
        if self.items.len() < 3 { Err(format!("{:?}", self.items)) } else { Ok(self.items.len()) }
    }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count<T: Debug>(value: &T, calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err(format!("{value:?}")) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut queue = Queue::<String> { items: vec![] };
    assert_eq!(queue.push("a").await, Ok(3));
    assert_eq!(queue.items, ["a", "a", "a"]);
    assert_eq!(count(&'c', &mut 0).await, Ok(3));
}
