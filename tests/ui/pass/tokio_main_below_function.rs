//! `#[tokio::main]` below the attribute, on a function with arguments that `main` calls.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn run(key: String, calls: &mut u32) -> Result<String, String> {
    *calls += 1;
    tokio::task::yield_now().await;
    if *calls < 3 { Err(key) } else { Ok(key + "!") }
}

fn main() {
    let mut calls = 0;
    assert_eq!(run("key".to_owned(), &mut calls), Ok("key!".to_owned()));
    assert_eq!(calls, 3);
}
