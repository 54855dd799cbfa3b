//! Slice patterns as arguments.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(
    [first, ..]: [u32; 3],
    [head, tail @ ..]: &[String; 2],
    calls: &mut u32,
) -> Result<(u32, usize), String> {
    *calls += 1;
    if *calls < 3 { Err(head.clone()) } else { Ok((first, tail.len())) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    let texts = ["a".to_owned(), "b".to_owned()];
    assert_eq!(count([6, 7, 8], &texts, &mut calls).await, Ok((6, 1)));
    assert_eq!(calls, 3);
}
