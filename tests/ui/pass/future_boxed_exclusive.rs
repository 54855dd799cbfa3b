//! Boxed futures with an argument by `&mut`: one `Box::pin(async move { … })`, and made early.

use std::pin::Pin;

use retry_core::with_retry;

fn third(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
fn sole(calls: &mut u32) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send + '_>> {
    Box::pin(async move { third(calls) })
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
fn early<'a>(
    calls: &'a mut u32,
    key: String,
) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send + 'a>> {
    let call = third(calls).map_err(|error| key + &error);
    Box::pin(async move { call })
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(sole(&mut 0).await, Ok(3));
    assert_eq!(early(&mut 0, "k".to_owned()).await, Ok(3));
}
