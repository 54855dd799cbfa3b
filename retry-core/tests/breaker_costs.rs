//! What a breaker costs: its memory, and no allocation for a call under a closed circuit.
//!
//! The counter counts for the whole process, so this file holds one test and no more.

use std::alloc::System;
use std::hint::black_box;
use std::time::Duration;

use retry_core::{
    Admission, BreakerPolicy, CircuitBreaker, Gate, ManualClock, Outcome, Request, Settlement,
    Window,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What `work` allocates. The least of several counts, since the threads of the test harness
/// count too.
fn allocated<T>(mut work: impl FnMut() -> T) -> Stats {
    let count = |work: &mut dyn FnMut() -> T| {
        let region = Region::new(ALLOCATOR);
        let made = black_box(work());
        let change = region.change();
        drop(made);
        change
    };
    // The first time may set up what a thread keeps for good.
    drop(work());
    (0..32).map(|_| count(&mut work)).min_by_key(|change| change.bytes_allocated).unwrap()
}

#[test]
fn a_breaker_is_small_and_a_call_under_a_closed_circuit_allocates_nothing() {
    let policy = BreakerPolicy::new();
    let seconds = Window::Time(Duration::from_secs(10));
    let forms = [
        ("in a row", policy.with_consecutive_failures(5).without_window(), 256),
        ("100 calls", policy, 256),
        ("10,000 calls", policy.with_window(Window::Count(10_000)), 1_536),
        ("10 s", policy.with_window(seconds), 512),
        ("10 s, slow", policy.with_window(seconds).with_slow_call(Duration::from_secs(1)), 640),
    ];
    for (form, policy, most) in forms {
        let bytes = allocated(|| CircuitBreaker::new(policy)).bytes_allocated;
        assert!(bytes <= most, "{form}: {bytes} bytes");

        let (breaker, clock) = (CircuitBreaker::new(policy), ManualClock::new());
        let call = |outcome| {
            let Admission::Go(pass) = breaker.admit(&Request::new(&clock, None, 1)) else {
                panic!("{form}: not closed")
            };
            breaker.settle(pass, &Settlement::new(outcome, &clock));
        };
        let change = allocated(|| {
            (0..64).for_each(|_| call(Outcome::Success));
            call(Outcome::Failure(retry_core::ErrorKind::Server));
        });
        assert_eq!(change.allocations + change.deallocations, 0, "{form}");
    }
}
