//! `#[cfg]` on the function, and the attribute under `#[cfg_attr]`.

use retry_core::with_retry;

#[cfg(all())]
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn present(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
#[cfg(any())]
async fn present(missing: Missing) -> Result<u32, String> {
    Err("never".to_owned())
}

#[cfg_attr(all(), with_retry(max_attempts = 3, initial_delay = "1ms"))]
async fn retried(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[cfg_attr(any(), with_retry(max_attempts = 3, initial_delay = "1ms"))]
async fn plain(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(present(&mut 0).await, Ok(3));
    assert_eq!(retried(&mut 0).await, Ok(3));
    assert_eq!(plain(&mut 0).await, Err("again".to_owned()));
}
