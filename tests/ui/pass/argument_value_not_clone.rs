//! An argument by value whose type is not `Clone`: each attempt gets a reference.

use std::rc::Rc;

use retry_core::with_retry;

struct NotClone(u32);

impl NotClone {
    fn get(&self) -> u32 {
        self.0
    }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(value: NotClone, shared: Rc<u32>, calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    let sum = value.get() + value.0 + *shared;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(sum) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(count(NotClone(4), Rc::new(3), &mut calls).await, Ok(11));
    assert_eq!(calls, 3);
}
