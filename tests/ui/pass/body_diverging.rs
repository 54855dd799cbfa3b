//! Bodies whose last expression is no value: a loop that only returns, a `match` of returns.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn a_loop(calls: &mut u32) -> Result<u32, String> {
    loop {
        *calls += 1;
        if *calls % 2 == 1 {
            return if *calls < 5 { Err(format!("call {calls}")) } else { Ok(*calls) };
        }
    }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn a_match(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    match *calls {
        3 => return Ok(3),
        call => return Err(format!("call {call}")),
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(a_loop(&mut 0).await, Ok(5));
    assert_eq!(a_match(&mut 0).await, Ok(3));
}
