//! Type parameters, constants and functions with the names of the expansion.

#![allow(non_upper_case_globals, dead_code)]

use retry_core::with_retry;

const attempt: u32 = 7;
const error: u32 = 7;
const value: u32 = 7;
static run: u32 = 7;

fn hint() {}
fn accept() {}
fn silent() {}
fn pause() {}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count<Result, Run, const N: u32>(
    one: Result,
    two: Run,
    calls: &mut u32,
) -> ::core::result::Result<(Result, Run, u32), String>
where
    Result: Clone,
    Run: Clone,
{
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok((one, two, N + attempt)) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(count::<_, _, 3>('a', "b", &mut calls).await, Ok(('a', "b", 10)));
    assert_eq!(calls, 3);
}
