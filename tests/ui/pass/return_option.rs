//! `Option<T>`, also with `?` in the body.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(calls: &mut u32) -> Option<u32> {
    *calls += 1;
    (*calls == 3).then_some(*calls)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn with_question_mark(calls: &mut u32, list: &[u32]) -> Option<u32> {
    *calls += 1;
    let value = list.get(*calls as usize)?;
    Some(value + *calls)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await, Some(3));
    let mut calls = 0;
    assert_eq!(with_question_mark(&mut calls, &[]).await, None);
    assert_eq!(calls, 3);
    assert_eq!(with_question_mark(&mut 0, &[7, 8]).await, Some(9));
}
