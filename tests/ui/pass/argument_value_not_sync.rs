//! An argument by value that has neither `Clone` nor `Sync`: the future is `Send` all the same.

use std::cell::Cell;

use retry_core::with_retry;

struct Counter(Cell<u32>);

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(counter: Counter) -> Result<u32, String> {
    let calls = counter.0.replace(counter.0.get() + 1) + 1;
    tokio::task::yield_now().await;
    if calls < 3 { Err("again".to_owned()) } else { Ok(calls) }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(assert_send(count(Counter(Cell::new(0)))).await, Ok(3));
}
