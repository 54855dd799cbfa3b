//! A boxed future that is not `Send`, and a `LocalBoxFuture` alias.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;

use retry_core::with_retry;

type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
fn written_out(calls: Rc<Cell<u32>>) -> Pin<Box<dyn Future<Output = Result<u32, String>>>> {
    Box::pin(async move {
        calls.set(calls.get() + 1);
        if calls.get() < 3 { Err("again".to_owned()) } else { Ok(calls.get()) }
    })
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
fn by_alias(calls: &Cell<u32>) -> LocalBoxFuture<'_, Result<u32, String>> {
    Box::pin(async move {
        calls.set(calls.get() + 1);
        if calls.get() < 3 { Err("again".to_owned()) } else { Ok(calls.get()) }
    })
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(written_out(Rc::default()).await, Ok(3));
    assert_eq!(by_alias(&Cell::new(0)).await, Ok(3));
}
