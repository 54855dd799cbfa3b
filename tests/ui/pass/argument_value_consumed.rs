//! An argument by value that the body consumes: one clone for each attempt.

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

fn eat(_: Counted) {}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(value: Counted, calls: &mut u32) -> Result<(), String> {
    *calls += 1;
    eat(value);
    Err("eaten".to_owned())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (mut calls, clones) = (0, Rc::new(Cell::new(0)));
    assert!(count(Counted(clones.clone()), &mut calls).await.is_err());
    assert_eq!((calls, clones.get()), (3, 3));
}
