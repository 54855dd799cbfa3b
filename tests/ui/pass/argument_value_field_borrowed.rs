//! An argument by value of which the body compares and prints a field: nothing is cloned.

use std::cell::Cell;
use std::rc::Rc;

use retry_core::with_retry;

struct Counted {
    text: &'static str,
    clones: Rc<Cell<u32>>,
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.clones.set(self.clones.get() + 1);
        Self { text: self.text, clones: Rc::clone(&self.clones) }
    }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(value: Counted, calls: &mut u32) -> Result<(), String> {
    *calls += 1;
    assert!(value.text == "v");
    Err(format!("{}", value.text))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (mut calls, clones) = (0, Rc::new(Cell::new(0)));
    let value = Counted { text: "v", clones: Rc::clone(&clones) };
    assert_eq!(count(value, &mut calls).await, Err("v".to_owned()));
    assert_eq!((calls, clones.get()), (3, 0));
}
