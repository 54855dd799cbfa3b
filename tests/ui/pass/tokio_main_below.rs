//! `#[tokio::main]` below the attribute: the whole of `main` is retried.

use std::cell::Cell;

use retry_core::with_retry;

thread_local!(static CALLS: Cell<u32> = const { Cell::new(0) });

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), String> {
    CALLS.set(CALLS.get() + 1);
    if CALLS.get() < 3 {
        return Err("again".to_owned());
    }
    assert_eq!(CALLS.get(), 3);
    Ok(())
}
