//! `#[cfg]` and `#[allow]` on arguments.

#![deny(warnings)]

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(
    #[cfg(any())] never: Missing,
    #[cfg(all())] always: String,
    #[cfg_attr(all(), allow(unused_variables))] unused: u32,
    #[cfg(all())] calls: &mut u32,
) -> Result<String, String> {
    *calls += 1;
    let text = always + "!";
    if *calls < 3 { Err(text) } else { Ok(text) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(count("a".to_owned(), 1, &mut calls).await, Ok("a!".to_owned()));
    assert_eq!(calls, 3);
}
