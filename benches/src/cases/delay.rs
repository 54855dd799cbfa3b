//! The delays of a call of ten attempts: nine of them, and what makes the first.

use std::hint::black_box;
use std::time::Duration;

use backon::BackoffBuilder;
use retry_core::{Jitter, RetryPolicy, Strategy};
use tokio_retry::strategy::{ExponentialBackoff, jitter};

use crate::cases::Case;

const TABLE: &str = "delays";
const FIRST: Duration = Duration::from_millis(100);
const CAP: Duration = Duration::from_secs(30);
const POLICY: RetryPolicy = RetryPolicy::new().with_max_attempts(10);
const EXACT: RetryPolicy = POLICY.with_jitter(Jitter::None);

pub(super) const CASES: [Case; 9] = [
    Case::other(TABLE, "loop by hand", |times| draw(times, |_| by_hand())),
    Case::other(TABLE, "exponential, no jitter", |times| {
        draw(times, |seed| black_box(&EXACT).delays(seed));
    }),
    Case::other(TABLE, "exponential, full jitter", |times| {
        draw(times, |seed| black_box(&POLICY).delays(seed));
    }),
    Case::other(TABLE, "exponential, decorrelated jitter", |times| {
        const OWN: RetryPolicy = POLICY.with_jitter(Jitter::Decorrelated);
        draw(times, |seed| black_box(&OWN).delays(seed));
    }),
    Case::other(TABLE, "Fibonacci, full jitter", |times| {
        const OWN: RetryPolicy = POLICY.with_strategy(Strategy::Fibonacci);
        draw(times, |seed| black_box(&OWN).delays(seed));
    }),
    Case::other(TABLE, "backon, no jitter", |times| draw(times, |_| backon().build())),
    Case::other(TABLE, "backon, its jitter", |times| {
        draw(times, |_| backon().with_jitter().build());
    }),
    Case::other(TABLE, "tokio-retry, no jitter", |times| draw(times, |_| schedule())),
    Case::other(TABLE, "tokio-retry, its jitter", |times| draw(times, |_| schedule().map(jitter))),
];

fn draw<I: Iterator<Item = Duration>>(times: u64, delays: impl Fn(u64) -> I) {
    for seed in 0..times {
        let drawn = delays(black_box(seed)).map(black_box).count();
        assert_eq!(drawn, 9, "a call of ten attempts waits nine times");
    }
}

fn by_hand() -> impl Iterator<Item = Duration> {
    let mut delay = black_box(FIRST);
    (0..9).map(move |_| {
        let present = delay;
        delay = (delay * 2).min(CAP);
        present
    })
}

fn backon() -> backon::ExponentialBuilder {
    let builder =
        backon::ExponentialBuilder::default().with_min_delay(black_box(FIRST)).with_max_delay(CAP);
    builder.with_max_times(9)
}

fn schedule() -> impl Iterator<Item = Duration> {
    ExponentialBackoff::from_millis(black_box(2)).factor(50).max_delay(CAP).take(9)
}
