//! A reference pattern as an argument, alone and around a tuple.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(&a: &u32, &(b, ref c): &(u32, String), calls: &mut u32) -> Result<String, String> {
    *calls += 1;
    let text = format!("{a} {b} {c}");
    if *calls < 3 { Err(text) } else { Ok(text) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    let text = count(&5, &(6, "c".to_owned()), &mut calls).await;
    assert_eq!((text.as_deref(), calls), (Ok("5 6 c"), 3));
}
