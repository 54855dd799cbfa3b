//! What it costs to find out what an error is: no allocation, wherever in its chain that stands.
//!
//! The counter counts for the whole process, so this file holds one test and no more.

#![cfg(feature = "macros")]

use std::alloc::System;
use std::error::Error;
use std::hint::black_box;
use std::io;
use std::num::ParseIntError;
use std::time::Duration;

use retry_core::{Classify, ErrorKind, Verdict, classify_foreign, verdict_of};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[derive(Classify)]
enum Derived {
    #[retry(rate_limit, after = 0)]
    Busy(Option<Duration>),
    #[retry(status)]
    Refused(u16),
    #[retry(transparent)]
    Io(io::Error),
    #[retry(transparent)]
    Other(Box<dyn Error + Send + Sync>),
}

/// The fewest allocations of some rounds: the harness of the test allocates beside it.
fn allocations(work: impl Fn() -> Verdict) -> usize {
    let counted = |_| {
        let region = Region::new(ALLOCATOR);
        black_box(work());
        region.change().allocations
    };
    (0..32).map(counted).min().unwrap()
}

#[test]
fn to_find_out_what_an_error_is_allocates_nothing() {
    classify_foreign(|_: &ParseIntError| Verdict::Stop(ErrorKind::Permanent)).unwrap();
    let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
    let deep = io::Error::other(io::Error::other(refused()));
    let foreign = io::Error::other("x".parse::<u32>().unwrap_err());
    let derived = [
        Derived::Busy(Some(Duration::from_secs(1))),
        Derived::Refused(503),
        Derived::Io(refused()),
        Derived::Other(refused().into()),
    ];
    assert_eq!(allocations(|| verdict_of(&deep)), 0);
    assert_eq!(verdict_of(&foreign), Verdict::Stop(ErrorKind::Permanent));
    assert_eq!(allocations(|| verdict_of(&foreign)), 0);
    for error in &derived {
        assert!(matches!(error.classify(), Verdict::Retry(_) | Verdict::RetryAfter(..)));
        assert_eq!(allocations(|| error.classify()), 0);
    }
}
