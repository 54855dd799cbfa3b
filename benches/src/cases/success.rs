//! A call that succeeds at its first attempt: what nearly every call is.

use std::hint::black_box;
use std::io;
use std::time::Duration;

use backon::Retryable;
use retry_core::{BreakerPolicy, CircuitBreaker, Retry, RetryPolicy, with_retry};
use tokio::time::sleep;
use tokio_retry::strategy::ExponentialBackoff;

use crate::cases::Case;
use crate::poll::each;

const TABLE: &str = "success";

pub(super) const CASES: [Case; 12] = [
    Case::other(TABLE, "bare call", |times| each(times, bare)),
    Case::other(TABLE, "loop by hand", |times| each(times, by_hand)),
    Case::ours(TABLE, "attribute, `budget = \"none\"`", |times| each(times, without_budget)),
    Case::ours(TABLE, "attribute", |times| each(times, annotated)),
    Case::ours(TABLE, "attribute, `attempt_timeout`", |times| each(times, one_limited)),
    Case::ours(TABLE, "attribute, `timeout` and `attempt_timeout`", |times| each(times, limited)),
    Case::ours(TABLE, "attribute, `circuit_breaker`", |times| each(times, under_a_breaker)),
    Case::ours(TABLE, "`Retry::run`, no budget", |times| over(times, &handle().without_budget())),
    Case::ours(TABLE, "`Retry::run`", |times| over(times, &handle())),
    Case::ours(TABLE, "`Retry::run`, circuit breaker", |times| {
        over(times, &handle().with_circuit_breaker(CircuitBreaker::new(BreakerPolicy::new())));
    }),
    Case::other(TABLE, "backon", |times| {
        each(times, |number| (move || bare(number)).retry(backon_schedule()));
    }),
    Case::other(TABLE, "tokio-retry", |times| {
        each(times, |number| tokio_retry::Retry::start(schedule(), move || bare(number)));
    }),
];

pub(super) async fn bare(number: u64) -> io::Result<u64> {
    Ok(black_box(number) + 1)
}

pub(super) async fn by_hand(number: u64) -> io::Result<u64> {
    let mut delay = Duration::from_millis(100);
    for attempt in 1.. {
        match bare(number).await {
            Err(_) if attempt < 3 => {}
            result => return result,
        }
        sleep(delay).await;
        delay *= 2;
    }
    unreachable!()
}

#[with_retry(max_attempts = 3, budget = "none")]
async fn without_budget(number: u64) -> io::Result<u64> {
    bare(number).await
}

#[with_retry(max_attempts = 3)]
async fn annotated(number: u64) -> io::Result<u64> {
    bare(number).await
}

#[with_retry(max_attempts = 3, attempt_timeout = "1s")]
async fn one_limited(number: u64) -> io::Result<u64> {
    bare(number).await
}

#[with_retry(max_attempts = 3, timeout = "5s", attempt_timeout = "1s")]
async fn limited(number: u64) -> io::Result<u64> {
    bare(number).await
}

#[with_retry(max_attempts = 3, circuit_breaker())]
async fn under_a_breaker(number: u64) -> io::Result<u64> {
    bare(number).await
}

fn handle() -> Retry {
    Retry::new(RetryPolicy::new()).with_name("stock")
}

fn over(times: u64, retry: &Retry) {
    each(times, |number| retry.run(move || bare(number)));
}

fn backon_schedule() -> backon::ExponentialBuilder {
    backon::ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_times(2)
}

fn schedule() -> impl Iterator<Item = Duration> {
    ExponentialBackoff::from_millis(2).factor(50).take(2)
}
