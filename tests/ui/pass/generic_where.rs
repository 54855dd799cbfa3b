//! Where clauses, with a generic error.

use std::fmt::Debug;

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count<T, E>(value: T, calls: &mut u32) -> Result<T, E>
where
    T: Copy + Debug,
    E: From<String> + Debug,
    for<'a> &'a str: PartialEq<&'a str>,
{
    *calls += 1;
    if *calls < 3 {
        return Err(format!("{value:?}").into());
    }
    Ok(value)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(count::<_, String>('c', &mut calls).await, Ok('c'));
    assert_eq!(calls, 3);
}
