//! `extern` functions.

#![deny(warnings)]

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "0s")]
extern "Rust" fn blocking(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "0s")]
#[allow(improper_ctypes_definitions)]
pub unsafe extern "C" fn of_c(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async unsafe extern "Rust" fn waiting(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(blocking(&mut 0), Ok(3));
    assert_eq!(unsafe { of_c(&mut 0) }, Ok(3));
    let mut calls = 0;
    assert_eq!(unsafe { waiting(&mut calls) }.await, Ok(3));
}
