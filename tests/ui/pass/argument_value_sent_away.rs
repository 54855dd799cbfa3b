//! Arguments by value that the body moves into a task and into a closure.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn to_a_task(text: String, calls: &mut u32) -> Result<usize, String> {
    *calls += 1;
    let length = tokio::spawn(async move { text.len() }).await.unwrap();
    if *calls < 3 { Err("again".to_owned()) } else { Ok(length) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn to_a_closure(text: String, calls: &mut u32) -> Result<String, String> {
    *calls += 1;
    let consume = move || text;
    if *calls < 3 { Err(consume()) } else { Ok(consume()) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(to_a_task("text".to_owned(), &mut calls).await, Ok(4));
    assert_eq!(calls, 3);
    calls = 0;
    assert_eq!(to_a_closure("text".to_owned(), &mut calls).await, Ok("text".to_owned()));
    assert_eq!(calls, 3);
}
