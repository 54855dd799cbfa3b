//! `mut` arguments: a list, a `&str` and a number.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(
    mut list: Vec<u32>,
    mut text: &str,
    mut number: u32,
    calls: &mut u32,
) -> Result<(Vec<u32>, String, u32), String> {
    *calls += 1;
    list.push(*calls);
    text = &text[1..];
    number += 1;
    if *calls < 3 { Err(text.to_owned()) } else { Ok((list, text.to_owned(), number)) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    let answer = count(vec![7], "ef", 4, &mut calls).await;
    assert_eq!(
        answer,
        Ok((vec![7, 3], "f".to_owned(), 5)),
        "each attempt starts from the caller's"
    );
    assert_eq!(calls, 3);
}
