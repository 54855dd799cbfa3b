//! `return` in the body: early, in an arm, as the last statement.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn early(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 {
        return Err("again".to_owned());
    }
    Ok(*calls)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn in_an_arm(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    let call = match *calls {
        3 => 3,
        call => return Err(format!("call {call}")),
    };
    Ok(call)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn at_the_end(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    return if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) };
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(early(&mut 0).await, Ok(3));
    assert_eq!(in_an_arm(&mut 0).await, Ok(3));
    assert_eq!(at_the_end(&mut 0).await, Ok(3));
}
