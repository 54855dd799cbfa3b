//! An argument by value that the body changes: the change ends with its attempt.

use std::cell::Cell;
use std::rc::Rc;

use retry_core::with_retry;

struct Counted(Rc<Cell<u32>>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.0.set(self.0.get() + 1);
        Self(Rc::clone(&self.0))
    }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(mut list: Vec<Counted>, calls: &mut u32) -> Result<usize, String> {
    *calls += 1;
    list.remove(0);
    if *calls < 3 { Err("again".to_owned()) } else { Ok(list.len()) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (mut calls, clones) = (0, Rc::new(Cell::new(0)));
    let list = vec![Counted(clones.clone()), Counted(clones.clone())];
    assert_eq!(count(list, &mut calls).await, Ok(1));
    assert_eq!((calls, clones.get()), (3, 6));
}
