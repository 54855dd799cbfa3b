//! Arguments by value that the body visibly only borrows: nothing is cloned.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use retry_core::with_retry;

struct Counted(Rc<Cell<u32>>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.0.set(self.0.get() + 1);
        Self(Rc::clone(&self.0))
    }
}

impl PartialEq for Counted {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("counted")
    }
}

async fn look(_: &Counted) {}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(a: Counted, b: Counted, calls: &mut u32) -> Result<(), String> {
    *calls += 1;
    look(&a).await;
    assert!(a == b);
    Err(format!("{}, {}", a, b))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (mut calls, clones) = (0, Rc::new(Cell::new(0)));
    let text = count(Counted(clones.clone()), Counted(clones.clone()), &mut calls).await;
    assert_eq!(text, Err("counted, counted".to_owned()));
    assert_eq!((calls, clones.get()), (3, 0));
}
