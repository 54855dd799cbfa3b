//! What a caller costs that waits at an open circuit, beside one that sleeps between attempts: the
//! same future, and a place in the queue.

#![cfg(feature = "macros")]

use std::alloc::System;
use std::io;
use std::time::Duration;

use retry_core::{RetryError, with_retry};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// A place in the queue; its memory doubles when it is full.
const PLACE: usize = 64 * 2;

const CALLERS: usize = 1_000;

#[with_retry(
    initial_delay = "20s",
    jitter = "none",
    budget = "none",
    circuit_breaker(min_calls = 100)
)]
async fn sleeps() -> Result<(), RetryError<io::Error>> {
    Err(io::Error::from(io::ErrorKind::ConnectionRefused))?
}

#[with_retry(
    initial_delay = "20s",
    jitter = "none",
    budget = "none",
    circuit_breaker(consecutive_failures = 1, max_waiting = 2000)
)]
async fn parks() -> Result<(), RetryError<io::Error>> {
    Err(io::Error::from(io::ErrorKind::ConnectionRefused))?
}

/// The bytes of each of so many tasks once they have come to rest.
async fn bytes_each<F>(call: fn() -> F) -> usize
where
    F: Future<Output = Result<(), RetryError<io::Error>>> + Send + 'static,
{
    let mut tasks = Vec::with_capacity(CALLERS);
    let region = Region::new(ALLOCATOR);
    tasks.extend((0..CALLERS).map(|_| tokio::spawn(call())));
    tokio::time::sleep(Duration::from_millis(1)).await;
    let change = region.change();
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    (change.bytes_allocated - change.bytes_deallocated) / CALLERS
}

#[tokio::test(start_paused = true)]
async fn a_parked_caller_costs_a_place_in_the_queue_more_than_a_sleeping_one() {
    let opener = tokio::spawn(parks());
    tokio::time::sleep(Duration::from_millis(1)).await;
    let (sleeps, parks) = (bytes_each(sleeps).await, bytes_each(parks).await);
    opener.abort();
    assert!(parks <= sleeps + PLACE, "parked {parks} bytes, sleeping {sleeps}");
}
