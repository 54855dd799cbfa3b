//! What keys cost: their memory is bounded, however many come by.
//!
//! The counter counts for the whole process, so this file holds one test and no more.

use std::alloc::System;
use std::io;

use retry_core::{ManualClock, Retry, presets};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn live() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// The bytes for each of 256 keys that are kept, when so many more have come by.
fn bytes_for_a_key(retry: Retry) -> usize {
    let retry = retry.with_clock(ManualClock::new()).with_max_keys(256);
    let call = |key: u32| {
        retry.for_key(&key).run_blocking(|| Ok::<_, io::Error>(())).unwrap();
    };
    let none = live();
    (0..256 * 4).for_each(call);
    let full = live() - none;
    (0..10_000).for_each(call);
    let after = live() - none;
    assert!(after * 10 <= full * 13, "{full} bytes, then {after}");
    after / 256
}

#[test]
fn ten_thousand_keys_take_no_more_than_those_that_are_kept() {
    let standard = bytes_for_a_key(Retry::from_preset(presets::STANDARD).with_service("crawler"));
    let budget = bytes_for_a_key(Retry::from_preset(presets::CACHE).with_service("cache"));
    println!("{standard} bytes for each key, {budget} with a budget alone");
    // What the manual of `with_max_keys` says.
    assert!((2_200..3_000).contains(&standard), "{standard} bytes for each key");
    assert!((1_500..2_200).contains(&budget), "{budget} bytes for each key");
}
