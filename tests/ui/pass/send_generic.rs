//! The future of a generic function is `Send` where its types are.

use std::fmt::Debug;

use retry_core::with_retry;

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count<T, E>(value: T, calls: &mut u32) -> Result<T, E>
where
    T: Clone + Debug + Send + Sync,
    E: From<String> + Debug,
{
    *calls += 1;
    let copy = value.clone();
    tokio::task::yield_now().await;
    if *calls < 3 { Err(format!("{value:?}").into()) } else { Ok(copy) }
}

async fn through<T: Clone + Debug + Send + Sync>(value: T, calls: &mut u32) -> Result<T, String> {
    assert_send(count(value, calls)).await
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(assert_send(through(vec![1], &mut calls)).await, Ok(vec![1]));
    assert_eq!(calls, 3);
}
