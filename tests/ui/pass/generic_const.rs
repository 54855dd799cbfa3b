//! Const generics.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count<const N: usize, const LOUD: bool>(
    values: [u32; N],
    calls: &mut usize,
) -> Result<[u32; N], String> {
    *calls += N;
    if *calls < 3 * N {
        return Err(if LOUD { "AGAIN" } else { "again" }.to_owned());
    }
    Ok(values)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(count::<2, true>([1, 2], &mut calls).await, Ok([1, 2]));
    assert_eq!(calls, 6);
}
