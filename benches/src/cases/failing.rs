//! A call whose ten attempts all fail at once, with its nine sleeps in virtual time.

use std::hint::black_box;
use std::io;
use std::time::Duration;

use backon::Retryable;
use retry_core::{Jitter, Retry, RetryError, RetryPolicy, with_retry};
use tokio::runtime::Builder;
use tokio::time::sleep;
use tokio_retry::strategy::FixedInterval;

use crate::cases::Case;

const TABLE: &str = "failing";
const DELAY: Duration = Duration::from_millis(100);
const POLICY: RetryPolicy = RetryPolicy::new()
    .with_max_attempts(10)
    .with_initial_delay(DELAY)
    .with_max_delay(DELAY)
    .with_jitter(Jitter::None);

pub(super) const CASES: [Case; 7] = [
    few(Case::other(TABLE, "bare call, no retry", |times| run(times, fails))),
    few(Case::other(TABLE, "loop by hand", |times| run(times, by_hand))),
    few(Case::ours(TABLE, "attribute, `budget = \"none\"`", |times| run(times, annotated))),
    few(Case::ours(TABLE, "attribute, returning `RetryError`", |times| {
        run(times, told);
    })),
    few(Case::ours(TABLE, "`Retry::run`, no budget", |times| {
        let retry = Retry::new(POLICY).with_name("stock").without_budget();
        run(times, || retry.run(fails));
    })),
    few(Case::other(TABLE, "backon", |times| {
        let schedule = backon::ConstantBuilder::default().with_delay(DELAY).with_max_times(9);
        run(times, || fails.retry(schedule));
    })),
    few(Case::other(TABLE, "tokio-retry", |times| {
        let schedule = || FixedInterval::from_millis(100).take(9);
        run(times, || tokio_retry::Retry::start(schedule(), fails));
    })),
];

/// Ten attempts and nine sleeps are long under callgrind.
const fn few(case: Case) -> Case {
    Case { times: 20, ..case }
}

async fn fails() -> io::Result<u64> {
    Err(black_box(io::ErrorKind::ConnectionRefused.into()))
}

async fn by_hand() -> io::Result<u64> {
    for attempt in 1.. {
        match fails().await {
            Err(_) if attempt < 10 => {}
            result => return result,
        }
        sleep(DELAY).await;
    }
    unreachable!()
}

#[with_retry(policy = POLICY, budget = "none")]
async fn annotated() -> io::Result<u64> {
    fails().await
}

#[with_retry(policy = POLICY, budget = "none")]
async fn told() -> Result<u64, RetryError<io::Error>> {
    fails().await
}

fn run<F: Future>(times: u64, call: impl Fn() -> F) {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime without I/O").block_on(async {
        for _ in 0..times {
            drop(black_box(call().await));
        }
    });
}
