//! `&mut T`, borrowed anew by each attempt: used in place, passed on, reborrowed by hand.

use retry_core::with_retry;

fn third(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

fn generic<T: AsMut<[u32]>>(mut list: T) -> Result<u32, String> {
    third(&mut list.as_mut()[0])
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn in_place(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn passed_on(calls: &mut u32) -> Result<u32, String> {
    third(calls)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn passed_to_generic(list: &mut [u32]) -> Result<u32, String> {
    generic(list)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn reborrowed(calls: &mut u32) -> Result<u32, String> {
    let again = &mut *calls;
    let moved = again;
    third(moved)?;
    Ok(*calls)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(in_place(&mut 0).await, Ok(3));
    assert_eq!(passed_on(&mut 0).await, Ok(3));
    assert_eq!(passed_to_generic(&mut [0]).await, Ok(3));
    assert_eq!(reborrowed(&mut 0).await, Ok(3));
}
