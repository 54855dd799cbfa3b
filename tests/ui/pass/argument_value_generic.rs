//! A generic argument by value: cloned with the bound, by reference without it.

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
async fn cloned<T: Clone>(value: T, calls: &mut u32) -> Result<(), String> {
    *calls += 1;
    drop(value);
    Err("again".to_owned())
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn referred_to<T: AsRef<str>>(value: T, calls: &mut u32) -> Result<usize, String> {
    *calls += 1;
    let length = value.as_ref().len();
    if *calls < 3 { Err("again".to_owned()) } else { Ok(length) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (mut calls, clones) = (0, Rc::new(Cell::new(0)));
    assert!(cloned(Counted(clones.clone()), &mut calls).await.is_err());
    assert_eq!((calls, clones.get()), (3, 3));
    calls = 0;
    assert_eq!(referred_to("text".to_owned(), &mut calls).await, Ok(4));
    assert_eq!(calls, 3);
}
