//! The future of a function with arguments by value is `Send`, also with limits and a hook.

use retry_core::{RetryError, with_retry};

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn plain(key: String, calls: &mut u32) -> Result<String, String> {
    *calls += 1;
    tokio::task::yield_now().await;
    if *calls < 3 { Err(key) } else { Ok(key) }
}

#[with_retry(
    max_attempts = 3,
    initial_delay = "1ms",
    attempt_timeout = "1s",
    timeout = "5s",
    context = attempt,
    retry_if = |error| error == "key",
    on_retry = |_| assert!(attempt.number() < 3),
)]
async fn limited(key: String, calls: &mut u32) -> Result<String, RetryError<String>> {
    *calls += 1;
    assert_eq!(attempt.number(), *calls);
    tokio::task::yield_now().await;
    if *calls < 3 { Err(key) } else { Ok(key) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(assert_send(plain("key".to_owned(), &mut calls)).await, Ok("key".to_owned()));
    assert_eq!(calls, 3);
    calls = 0;
    assert_eq!(assert_send(limited("key".to_owned(), &mut calls)).await.unwrap(), "key");
    assert_eq!(calls, 3);
}
