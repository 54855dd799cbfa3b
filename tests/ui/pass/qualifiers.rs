//! `unsafe fn`, `pub(crate)`, `extern`, raw names, doc comments and other attributes.

#![deny(warnings)]

use std::cell::Cell;

use retry_core::with_retry;

thread_local!(static CALLS: Cell<u32> = const { Cell::new(0) });

fn third() -> Result<u32, String> {
    CALLS.set(CALLS.get() % 3 + 1);
    if CALLS.get() == 3 { Ok(3) } else { Err("again".to_owned()) }
}

/// Reads a number.
///
/// # Safety
///
/// `at` must be valid.
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
#[must_use]
#[inline]
#[allow(clippy::missing_errors_doc)]
pub(crate) async unsafe fn read(at: *const u32) -> Result<u32, String> {
    third()?;
    Ok(unsafe { *at })
}

#[with_retry(max_attempts = 3, initial_delay = "0s")]
extern "Rust" fn blocking() -> Result<u32, String> {
    third()
}

#[must_use]
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn r#type() -> Result<u32, String> {
    third()
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let value = 9;
    assert_eq!(unsafe { read(&value) }.await, Ok(9));
    assert_eq!(blocking(), Ok(3));
    assert_eq!(r#type().await, Ok(3));
}
