//! A function that returns `impl Future` of an `Option`, under the path of the trait.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
fn count(calls: &mut u32) -> impl std::future::Future<Output = Option<u32>> {
    async move {
        *calls += 1;
        (*calls == 3).then_some(*calls)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await, Some(3));
}
