//! A function that returns `impl Future`, with an argument by `&mut`.

use retry_core::with_retry;

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
fn count(calls: &mut u32) -> impl Future<Output = Result<u32, String>> + Send {
    async move {
        *calls += 1;
        tokio::task::yield_now().await;
        if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(assert_send(count(&mut 0)).await, Ok(3));
}
