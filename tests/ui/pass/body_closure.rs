//! Closures in the body: nested, with `return` and `?` of their own, async.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(calls: &mut u32, text: &str) -> Result<u32, String> {
    *calls += 1;
    let double = |n: u32| -> u32 {
        let twice = |m: u32| return m * 2;
        return twice(n);
    };
    let parse = |text: &str| -> Result<u32, std::num::ParseIntError> { Ok(text.parse::<u32>()?) };
    let waiting = async |n: u32| {
        tokio::task::yield_now().await;
        if n < 3 { Err("again".to_owned()) } else { Ok(n) }
    };
    let call = waiting(*calls).await?;
    Ok(double(call) + parse(text).unwrap())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(count(&mut calls, "5").await, Ok(11));
    assert_eq!(calls, 3);
}
