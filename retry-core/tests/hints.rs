//! A wait that the other side asks for: never undercut, bounded, and measured by the deadline.

use std::time::Duration;

use retry_core::{
    Attempt, ErrorKind, Jitter, ManualClock, Retry, RetryError, RetryPolicy, StopReason, Strategy,
    Verdict,
};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Four attempts, a second apart, with hints of up to a minute.
const POLICY: RetryPolicy = RetryPolicy::builder()
    .max_attempts(4)
    .strategy(Strategy::Fixed)
    .initial_delay(secs(1))
    .max_delay(secs(2))
    .jitter(Jitter::None)
    .max_hint(secs(60))
    .build_const();

/// An error that says how long to stay away.
#[derive(Debug)]
struct Busy(Duration);

impl std::fmt::Display for Busy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "busy for {:?}", self.0)
    }
}

fn as_told(busy: &Busy, _: &Attempt) -> Verdict {
    Verdict::RetryAfter(ErrorKind::RateLimit, busy.0)
}

/// A call that is told each of `hints` in turn: how it ended, and its delays.
fn told(policy: RetryPolicy, hints: &[Duration]) -> (RetryError<Busy>, Vec<Duration>) {
    let clock = ManualClock::new();
    let retry = Retry::new(policy).with_clock(clock.clone()).classify_with(as_told);
    let mut hints = hints.iter().copied();
    let end = retry.run_blocking(|| Err::<(), _>(Busy(hints.next().unwrap()))).unwrap_err();
    (end, clock.waits())
}

#[test]
fn a_hint_is_waited_out_and_the_delay_comes_on_top() {
    let (end, waits) = told(POLICY, &[secs(30), secs(0), secs(60), secs(1)]);
    assert_eq!(waits, [secs(31), secs(1), secs(61)]);
    assert_eq!((end.reason(), end.elapsed()), (StopReason::AttemptsExhausted, secs(93)));
}

#[test]
fn callers_who_are_told_the_same_come_back_apart_and_none_early() {
    let policy = POLICY.with_jitter(Jitter::Full).with_max_attempts(2);
    let mut waits: Vec<_> = (0..100).flat_map(|_| told(policy, &[secs(30); 2]).1).collect();
    assert!(waits.iter().all(|&wait| wait >= secs(30) && wait <= secs(31)), "{waits:?}");
    waits.sort_unstable();
    waits.dedup();
    assert_eq!(waits.len(), 100, "some wait as long as others");
}

#[test]
fn a_hint_above_the_longest_ends_the_call_at_once() {
    for hint in [secs(60) + Duration::from_nanos(1), secs(9_999_999_999), Duration::MAX] {
        let (end, waits) = told(POLICY, &[secs(2), hint]);
        assert_eq!((end.reason(), end.attempts()), (StopReason::HintTooLong, 2));
        assert_eq!((end.kind(), waits), (Some(ErrorKind::RateLimit), vec![secs(3)]));
        assert_eq!(end.last_error().unwrap().0, hint);
    }
}

#[test]
fn the_longest_hint_that_can_be_said_neither_wraps_nor_panics() {
    let longest = Duration::from_nanos(u64::MAX);
    let (end, waits) = told(POLICY.with_max_hint(longest).with_max_attempts(2), &[longest; 2]);
    assert_eq!((end.reason(), waits), (StopReason::AttemptsExhausted, vec![longest]));
    let (end, waits) = told(POLICY.with_max_hint(longest), &[Duration::MAX]);
    assert_eq!((end.reason(), waits.len()), (StopReason::HintTooLong, 0));
}

#[test]
fn a_hint_that_passes_the_deadline_ends_the_call_at_once() {
    let (end, waits) = told(POLICY.with_timeout(secs(20)), &[secs(5), secs(13)]);
    assert_eq!((end.reason(), end.elapsed()), (StopReason::DeadlineExceeded, secs(6)));
    assert_eq!((end.last_error().unwrap().0, waits), (secs(13), vec![secs(6)]));
}

#[tokio::test(start_paused = true)]
async fn a_call_on_tokio_stays_away_as_long_as_it_was_told() {
    let start = tokio::time::Instant::now();
    let mut starts = Vec::new();
    let retry = Retry::new(POLICY.with_jitter(Jitter::Full)).classify_with(as_told);
    let operation = || {
        starts.push(start.elapsed());
        async { Err::<(), _>(Busy(secs(10))) }
    };
    retry.run(operation).await.unwrap_err();
    let apart: Vec<_> = starts.windows(2).map(|pair| pair[1].abs_diff(pair[0])).collect();
    assert!(apart.iter().all(|&wait| wait >= secs(10)), "{apart:?}");
    assert_eq!(starts.len(), 4);
}
