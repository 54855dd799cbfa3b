//! Many qualifiers and attributes on one function.

#![deny(warnings)]

use retry_core::with_retry;

/// Counts.
///
/// # Safety
///
/// `calls` must be valid.
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
#[must_use]
#[inline]
#[allow(clippy::missing_errors_doc)]
pub(crate) async unsafe fn count(calls: *mut u32) -> Result<u32, String> {
    let calls = unsafe { &mut *calls };
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(unsafe { count(&raw mut calls) }.await, Ok(3));
}
