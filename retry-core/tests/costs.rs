//! What a call that succeeds at once costs: no allocation, however it is written.
//!
//! The counter counts for the whole process, so this file holds one test and no more.

#![cfg(feature = "macros")]

use std::alloc::System;
use std::hint::black_box;
use std::io;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use retry_core::{
    CancellationToken, EventRecorder, ManualClock, Retry, RetryError, RetryPolicy, observe,
    with_retry,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tracing::level_filters::LevelFilter;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

struct Stock<T> {
    level: T,
    reads: u32,
}

impl<T: Copy + Into<u64> + Send + Sync> Stock<T> {
    #[with_retry(max_attempts = 3)]
    async fn by_reference(&self) -> io::Result<u64> {
        Ok(self.level.into())
    }

    #[with_retry(max_attempts = 3, name = "stock", service = "inventory")]
    async fn by_exclusive_reference(&mut self, more: &mut u32) -> io::Result<u64> {
        self.reads += 1;
        *more += self.reads;
        Ok(self.level.into())
    }

    #[with_retry(max_attempts = 3)]
    fn blocking(&self) -> io::Result<u64> {
        Ok(self.level.into())
    }
}

#[with_retry(max_attempts = 3)]
async fn generic<T: Into<u64> + Clone, const N: usize>(values: &[T; N]) -> Result<u64, String> {
    Ok(values.iter().cloned().map(Into::into).sum())
}

#[with_retry(timeout = "5s", attempt_timeout = "1s")]
async fn limited(value: u64) -> io::Result<u64> {
    Ok(value)
}

#[with_retry(timeout = "5s", context = attempt)]
async fn with_context(value: u64) -> Result<u64, RetryError<io::Error>> {
    Ok(value * u64::from(attempt.number()))
}

#[with_retry(
    retry_on = io::Error, never_on = kind(client), retry_if = |_: &io::Error| true,
    retry_if_ok = |value: &u64| *value == 0, on_retry = |_: &retry_core::Retrying<'_, io::Error>| ()
)]
async fn with_conditions(value: u64) -> io::Result<u64> {
    Ok(value)
}

#[with_retry(max_attempts = 3)]
async fn optional(value: u64) -> Option<u64> {
    Some(value)
}

#[with_retry(timeout = "5s", context = attempt)]
fn blocking_with_context(value: u64) -> Result<u64, RetryError<io::Error>> {
    Ok(value * u64::from(attempt.number()))
}

#[with_retry(retry = retry)]
async fn over_a_handle(retry: &Retry) -> io::Result<u64> {
    Ok(7)
}

#[with_retry(retry = retry, context = attempt)]
fn over_a_handle_blocking(retry: &Arc<Retry>) -> Result<u64, RetryError<io::Error>> {
    Ok(7 * u64::from(attempt.number()))
}

/// The result of a future that is ready at its first poll.
fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the call waits"),
    }
}

async fn open_loop(retry: &Retry) -> Result<u64, RetryError<io::Error>> {
    let mut attempts = retry.attempts();
    while let Some(attempt) = attempts.next().await {
        if let ControlFlow::Break(result) = attempt.run(async { Ok(7) }).await {
            return result;
        }
    }
    Err(attempts.finish())
}

fn open_blocking_loop(retry: &Retry) -> Result<u64, RetryError<io::Error>> {
    let mut attempts = retry.attempts_blocking();
    while let Some(attempt) = attempts.next() {
        if let ControlFlow::Break(result) = attempt.record(Ok(7)) {
            return result;
        }
    }
    Err(attempts.finish())
}

type Shape<'a> = (&'static str, Box<dyn FnMut() -> u64 + 'a>);

/// Every way to write a call, each of which gives 7.
fn shapes<'a>(retry: &'a Retry, limited_retry: &'a Retry) -> Vec<Shape<'a>> {
    let stock = Stock { level: 7_u32, reads: 0 };
    let mut counted = Stock { level: 7_u8, reads: 0 };
    let mut more = 0;
    let blocking = Stock { level: 7_u16, reads: 0 };
    let counted_retry = Arc::new(limited_retry.clone());
    let ok = || Ok::<_, io::Error>(7);
    vec![
        ("&self", Box::new(move || at_once(stock.by_reference()).unwrap())),
        (
            "&mut self",
            Box::new(move || at_once(counted.by_exclusive_reference(&mut more)).unwrap()),
        ),
        ("generics", Box::new(|| at_once(generic(&[3_u8, 4])).unwrap())),
        ("timeouts", Box::new(|| at_once(limited(7)).unwrap())),
        ("context", Box::new(|| at_once(with_context(7)).unwrap())),
        ("conditions and a hook", Box::new(|| at_once(with_conditions(7)).unwrap())),
        ("an option", Box::new(|| at_once(optional(7)).unwrap())),
        ("blocking", Box::new(move || blocking.blocking().unwrap())),
        ("blocking with context", Box::new(|| blocking_with_context(7).unwrap())),
        ("over a handle", Box::new(move || at_once(over_a_handle(retry)).unwrap())),
        (
            "over a handle with limits",
            Box::new(move || at_once(over_a_handle(limited_retry)).unwrap()),
        ),
        (
            "over a handle, blocking",
            Box::new(move || over_a_handle_blocking(&counted_retry).unwrap()),
        ),
        ("run", Box::new(move || at_once(retry.run(async || ok())).unwrap())),
        ("run with limits", Box::new(move || at_once(limited_retry.run(async || ok())).unwrap())),
        ("run_blocking", Box::new(move || retry.run_blocking(ok).unwrap())),
        ("run_blocking with limits", Box::new(move || limited_retry.run_blocking(ok).unwrap())),
        (
            "run_with_report",
            Box::new(move || at_once(retry.run_with_report(async || ok())).0.unwrap()),
        ),
        ("the open loop", Box::new(move || at_once(open_loop(retry)).unwrap())),
        ("the open loop with limits", Box::new(move || at_once(open_loop(limited_retry)).unwrap())),
        ("the open blocking loop", Box::new(move || open_blocking_loop(retry).unwrap())),
        (
            "a clone of a handle",
            Box::new(move || black_box(retry.clone()).run_blocking(ok).unwrap()),
        ),
    ]
}

/// How often `work` allocates, reallocates or frees. The least of several counts, since the
/// threads of the test harness count too.
fn allocations(mut work: impl FnMut()) -> usize {
    let count = |work: &mut dyn FnMut()| {
        let region = Region::new(ALLOCATOR);
        work();
        let change = region.change();
        change.allocations + change.reallocations + change.deallocations
    };
    // The first time may set up what a thread keeps for good.
    work();
    (0..32).map(|_| count(&mut work)).min().unwrap()
}

#[test]
fn a_call_that_succeeds_at_once_allocates_nothing() {
    assert_eq!(allocations(|| drop(black_box(Box::new(7)))), 2, "the counter does not count");

    let policy = RetryPolicy::new().with_timeout(Duration::from_secs(5));
    let retry = Retry::new(RetryPolicy::new()).with_name("stock").with_service("inventory");
    let retry = retry.with_tag("team", "payments").unwrap();
    let limited = Retry::new(policy.with_attempt_timeout(Duration::from_secs(1)))
        .with_cancellation(CancellationToken::new())
        .with_clock(ManualClock::new())
        .with_seed(7);
    // Somebody has listened, and does no longer.
    drop(observe(EventRecorder::new()));
    for (shape, call) in &mut shapes(&retry, &limited) {
        let count = allocations(|| assert_eq!(call(), 7));
        assert_eq!(count, 0, "{shape}, with nobody listening");

        let subscriber = tracing_subscriber::fmt().with_max_level(LevelFilter::INFO);
        let subscriber = subscriber.with_writer(io::sink).finish();
        let count =
            tracing::subscriber::with_default(subscriber, || allocations(|| assert_eq!(call(), 7)));
        assert_eq!(count, 0, "{shape}, with a subscriber at info level");
    }
    let once = Retry::new(RetryPolicy::new().with_max_attempts(1));
    let tagged = once.clone().with_tag("team", "payments").unwrap();
    let failing = |retry: &Retry| allocations(|| drop(retry.run_blocking(|| Err::<(), _>("down"))));
    assert_eq!(failing(&tagged), failing(&once), "a failure with tags, with nobody listening");
}
