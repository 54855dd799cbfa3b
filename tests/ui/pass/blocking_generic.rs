//! Generics and lifetimes of functions that block, and recursion.

use std::fmt::Debug;

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "0s")]
fn generic<'a, T: Debug, const N: usize>(
    values: &'a [T; N],
    calls: &mut usize,
) -> Result<&'a T, String> {
    *calls += N;
    if *calls < 3 * N { Err(format!("{values:?}")) } else { Ok(&values[0]) }
}

#[with_retry(max_attempts = 2, initial_delay = "0s")]
fn recursive(depth: u32, calls: &mut u32) -> Result<u32, String> {
    if depth > 0 {
        return recursive(depth - 1, calls);
    }
    *calls += 1;
    if *calls < 7 { Err("again".to_owned()) } else { Ok(*calls) }
}

fn main() {
    let mut calls = 0;
    assert_eq!((generic(&['a', 'b'], &mut calls), calls), (Ok(&'a'), 6));
    assert_eq!(recursive(2, &mut 0), Ok(7));
}
