//! A pattern with `ref mut` as an argument by value.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count((ref mut list, _): (Vec<u32>, u32), calls: &mut u32) -> Result<Vec<u32>, String> {
    *calls += 1;
    list.push(*calls);
    if *calls < 3 { Err("again".to_owned()) } else { Ok(list.clone()) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count((vec![], 1), &mut 0).await, Ok(vec![3]));
}
