//! What it costs a call to be counted: no allocation, with and without its latency.
//!
//! The counter counts for the whole process, so this file holds one test and no more.

#![cfg(feature = "macros")]

use std::alloc::System;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use retry_core::{Retry, RetryPolicy, Statistics, with_retry};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[with_retry(max_attempts = 3)]
async fn plain() -> io::Result<u64> {
    Ok(7)
}

#[with_retry(timeout = "5s", service = "inventory")]
async fn limited() -> io::Result<u64> {
    Ok(7)
}

#[with_retry(max_attempts = 3)]
fn blocking() -> io::Result<u64> {
    Ok(7)
}

#[with_retry(retry = retry)]
async fn over(retry: &Retry) -> io::Result<u64> {
    Ok(7)
}

/// The result of a future that is ready at its first poll.
fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the call waits"),
    }
}

/// How often `work` allocates, reallocates or frees. The least of several counts, since the
/// threads of the test harness count too.
fn allocations(mut work: impl FnMut()) -> usize {
    // The first call finds its tally.
    work();
    let count = |work: &mut dyn FnMut()| {
        let region = Region::new(ALLOCATOR);
        work();
        let change = region.change();
        change.allocations + change.reallocations + change.deallocations
    };
    (0..32).map(|_| count(&mut work)).min().unwrap()
}

#[test]
fn a_call_that_succeeds_at_once_is_counted_without_an_allocation() {
    let named = Retry::new(RetryPolicy::new()).with_name("stock").with_service("inventory");
    let unnamed = Retry::new(RetryPolicy::new());
    let calls: [(&str, &dyn Fn() -> u64); 7] = [
        ("a function", &|| at_once(plain()).unwrap()),
        ("with limits", &|| at_once(limited()).unwrap()),
        ("blocking", &|| blocking().unwrap()),
        ("over a handle", &|| at_once(over(&named)).unwrap()),
        ("over a handle without a name", &|| at_once(over(&unnamed)).unwrap()),
        ("a handle", &|| named.run_blocking(|| Ok::<_, io::Error>(7)).unwrap()),
        ("a handle without a name", &|| unnamed.run_blocking(|| Ok::<_, io::Error>(7)).unwrap()),
    ];
    let modes: [(&str, fn()); 2] =
        [("counted", Statistics::enable), ("with latency", Statistics::enable_with_latency)];
    for (mode, enable) in modes {
        enable();
        for (shape, call) in calls {
            let before = Statistics::snapshot().total;
            let count = allocations(|| assert_eq!(call(), 7));
            assert_eq!(count, 0, "{shape}, {mode}");
            let after = Statistics::snapshot().total;
            assert_eq!(after.succeeded_at_once - before.succeeded_at_once, 33, "{shape}, {mode}");
            let timed = if mode == "counted" { 0 } else { 33 };
            assert_eq!(after.latency.count - before.latency.count, timed, "{shape}, {mode}");
        }
    }
}
