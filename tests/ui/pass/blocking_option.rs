//! `Option` from a function that blocks, also by `retry_if_ok`.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "0s")]
fn first(list: &mut [u32]) -> Option<u32> {
    list[0] += 1;
    (list[0] == 3).then_some(list[0])
}

#[with_retry(max_attempts = 9, initial_delay = "0s", retry_if_ok = |count| *count < 3)]
fn turned_down(calls: &mut u32) -> Option<u32> {
    *calls += 1;
    Some(*calls)
}

fn main() {
    assert_eq!(first(&mut [0]), Some(3));
    assert_eq!(turned_down(&mut 0), Some(3));
}
