//! Arguments by value of a function that blocks: consumed, changed, borrowed, a pattern.

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

struct NotClone(u32);

#[with_retry(max_attempts = 3, initial_delay = "0s")]
fn consumed(value: Counted, mut list: Vec<u32>, calls: &mut u32) -> Result<usize, String> {
    *calls += 1;
    drop(value);
    list.push(*calls);
    if *calls < 3 { Err("again".to_owned()) } else { Ok(list.len()) }
}

#[with_retry(max_attempts = 3, initial_delay = "0s")]
fn borrowed(value: NotClone, (a, b): (u32, String), calls: &mut u32) -> Result<String, String> {
    *calls += 1;
    let text = b + &format!(" {a} {}", value.0);
    if *calls < 3 { Err(text) } else { Ok(text) }
}

fn main() {
    let (mut calls, clones) = (0, Rc::new(Cell::new(0)));
    assert_eq!(consumed(Counted(clones.clone()), vec![7], &mut calls), Ok(2));
    assert_eq!((calls, clones.get()), (3, 3));
    calls = 0;
    let text = borrowed(NotClone(4), (5, "b".to_owned()), &mut calls);
    assert_eq!((text.as_deref(), calls), (Ok("b 5 4"), 3));
}
