//! `&mut` arguments of a function that blocks: passed on, moved, by pattern.

use retry_core::with_retry;

fn third(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "0s")]
fn passed_on(calls: &mut u32) -> Result<u32, String> {
    third(calls)
}

#[with_retry(max_attempts = 3, initial_delay = "0s")]
fn moved(calls: &mut u32) -> Result<u32, String> {
    let moved = calls;
    third(moved)
}

#[with_retry(max_attempts = 3, initial_delay = "0s")]
fn by_pattern((calls, seen): &mut (u32, Vec<u32>)) -> Result<u32, String> {
    seen.push(*calls);
    third(calls)
}

fn main() {
    assert_eq!(passed_on(&mut 0), Ok(3));
    assert_eq!(moved(&mut 0), Ok(3));
    let mut both = (0, vec![]);
    assert_eq!(by_pattern(&mut both), Ok(3));
    assert_eq!(both.1, [0, 1, 2]);
}
