//! `Result<(), E>` and `Option<()>`.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn result(calls: &mut u32) -> Result<(), u32> {
    *calls += 1;
    if *calls < 3 {
        return Err(*calls);
    }
    Ok(())
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn option(calls: &mut u32) -> Option<()> {
    *calls += 1;
    if *calls < 3 {
        None?;
    }
    Some(())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!((result(&mut calls).await, calls), (Ok(()), 3));
    calls = 0;
    assert_eq!((option(&mut calls).await, calls), (Some(()), 3));
}
