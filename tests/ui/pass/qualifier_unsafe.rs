//! `unsafe fn`, async and blocking.

#![deny(warnings)]

use retry_core::with_retry;

/// # Safety
///
/// `calls` must be valid.
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async unsafe fn waiting(calls: *mut u32) -> Result<u32, String> {
    let calls = unsafe { &mut *calls };
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

/// # Safety
///
/// `calls` must be valid.
#[with_retry(max_attempts = 3, initial_delay = "0s")]
unsafe fn blocking(calls: *mut u32) -> Result<u32, String> {
    let calls = unsafe { &mut *calls };
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(unsafe { waiting(&raw mut calls) }.await, Ok(3));
    calls = 0;
    assert_eq!(unsafe { blocking(&raw mut calls) }, Ok(3));
}
