//! Arguments by value: borrowed, consumed, changed; `Clone` or not.

use std::cell::Cell;
use std::rc::Rc;

use retry_core::with_retry;

thread_local!(static CLONES: Cell<u32> = const { Cell::new(0) });

struct Counted(&'static str);

impl Clone for Counted {
    fn clone(&self) -> Self {
        CLONES.set(CLONES.get() + 1);
        Self(self.0)
    }
}

fn eat(_: Counted) {}

struct NotClone(u32);

impl NotClone {
    fn get(&self) -> u32 {
        self.0
    }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn borrowed(value: Counted, calls: &mut u32) -> Result<(), String> {
    *calls += 1;
    look(&value).await;
    assert!(value.0 == "v");
    Err(format!("{}", value.0))
}

async fn look(_: &Counted) {}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn consumed(value: Counted, calls: &mut u32) -> Result<(), String> {
    *calls += 1;
    eat(value);
    Err("eaten".to_owned())
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn changed(mut list: Vec<u32>, calls: &mut u32) -> Result<usize, String> {
    *calls += 1;
    list.push(*calls);
    if *calls < 3 { Err("again".to_owned()) } else { Ok(list.len()) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn not_clone(value: NotClone, shared: Rc<u32>, calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    let sum = value.get() + *shared;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(sum) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn sent_away(text: String, calls: &mut u32) -> Result<usize, String> {
    *calls += 1;
    let length = tokio::spawn(async move { text.len() }).await.unwrap();
    if *calls < 3 { Err("again".to_owned()) } else { Ok(length) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert!(borrowed(Counted("v"), &mut calls).await.is_err());
    assert_eq!((calls, CLONES.get()), (3, 0), "no clone where the body visibly only borrows");
    assert!(consumed(Counted("v"), &mut calls).await.is_err());
    assert_eq!((calls, CLONES.get()), (6, 3));
    calls = 0;
    assert_eq!(changed(vec![7], &mut calls).await, Ok(2), "each attempt starts from the caller's list");
    calls = 0;
    assert_eq!(not_clone(NotClone(4), Rc::new(3), &mut calls).await, Ok(7));
    calls = 0;
    assert_eq!(sent_away("text".to_owned(), &mut calls).await, Ok(4));
}
