//! `macro_rules!` with closures as `expr` fragments, for `retry_if_ok` and `on_retry`.

use std::cell::Cell;

use retry_core::with_retry;

macro_rules! counter {
    ($name:ident, $low:expr, $hook:expr) => {
        #[with_retry(initial_delay = "1ms", retry_if_ok = $low, on_retry = $hook)]
        async fn $name(calls: &Cell<u32>) -> Result<u32, String> {
            calls.set(calls.get() + 1);
            Ok(calls.get())
        }
    };
}

thread_local!(static TOLD: Cell<u32> = const { Cell::new(0) });

counter!(typed, |count: &u32| *count < 3, |_| TOLD.set(TOLD.get() + 1));
counter!(inferred, |count| *count < 2, |retrying| TOLD
    .set(TOLD.get() + retrying.attempt().number()));

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(typed(&Cell::new(0)).await, Ok(3));
    assert_eq!(TOLD.get(), 2);
    assert_eq!(inferred(&Cell::new(0)).await, Ok(2));
    assert_eq!(TOLD.get(), 3);
}
