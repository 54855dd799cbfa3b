//! A tuple pattern as an argument, with a `mut` binding in it.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count((mut a, b): (u32, String), calls: &mut u32) -> Result<String, String> {
    *calls += 1;
    a += *calls;
    let text = b + &a.to_string();
    if *calls < 3 { Err(text) } else { Ok(text) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn nested(((a, _), ..): ((u32, u32), u32, u32), calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(a + *calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(count((10, "b".to_owned()), &mut calls).await, Ok("b13".to_owned()));
    assert_eq!(calls, 3);
    assert_eq!(nested(((7, 8), 9, 9), &mut 0).await, Ok(10));
}
