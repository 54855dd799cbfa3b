//! Attempts one by one: how many, when each is made, what it knows, and who forgets to record it.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::time::Duration;

use retry_core::{ErrorKind, Jitter, ManualClock, Retry, RetryPolicy, StopReason};
use tokio::time::Instant;

const TICK: Duration = Duration::from_millis(100);

/// Three attempts, always a tick apart.
const POLICY: RetryPolicy =
    RetryPolicy::builder().initial_delay(TICK).max_delay(TICK).jitter(Jitter::None).build_const();

#[tokio::test(start_paused = true)]
async fn max_attempts_counts_the_first_call() {
    for (max_attempts, expected) in [(1, vec![0]), (2, vec![0, 100]), (3, vec![0, 100, 200])] {
        let start = Instant::now();
        let mut starts = Vec::new();
        let operation = || {
            starts.push(start.elapsed().as_millis());
            std::future::ready(Err::<(), _>("down"))
        };
        let retry = Retry::new(POLICY.with_max_attempts(max_attempts));
        let end = retry.run(operation).await.unwrap_err();
        assert_eq!((end.attempts(), end.reason()), (max_attempts, StopReason::AttemptsExhausted));
        assert_eq!(starts, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn the_future_of_an_attempt_is_made_after_the_delay_before_it() {
    let start = Instant::now();
    let made = RefCell::new(Vec::new());
    let operation = || {
        made.borrow_mut().push(start.elapsed().as_millis());
        std::future::ready(Err::<(), _>("down"))
    };
    let retry = Retry::new(POLICY);
    let mut call = Box::pin(retry.run(operation));
    assert!(tokio::time::timeout(TICK * 3 / 2, &mut call).await.is_err());
    assert_eq!(*made.borrow(), [0, 100]);
    assert!(call.await.is_err());
    assert_eq!(*made.borrow(), [0, 100, 200]);
}

#[test]
fn an_attempt_knows_its_number_its_past_and_the_time_that_is_left() {
    let clock = ManualClock::new();
    let retry = Retry::new(POLICY.with_timeout(10 * TICK)).with_clock(clock.clone());
    let mut attempts = retry.attempts_blocking::<&str>();
    let mut known = Vec::new();
    while let Some(attempt) = attempts.next() {
        known.push((attempt.number(), attempt.previous_delay(), attempt.previous_kind()));
        let (elapsed, remaining) = (attempt.elapsed(), attempt.remaining().unwrap());
        assert_eq!(elapsed, (2 * attempt.number() - 2) * TICK);
        assert_eq!(elapsed + remaining, 10 * TICK);
        clock.advance(TICK);
        let _ = attempt.record(Err::<(), _>("down"));
    }
    let unknown = Some(ErrorKind::Unknown);
    assert_eq!(known, [(1, Duration::ZERO, None), (2, TICK, unknown), (3, TICK, unknown)]);
}

#[test]
fn a_report_stands_still_when_its_call_is_over() {
    let clock = ManualClock::new();
    let retry = Retry::new(POLICY).with_clock(clock.clone());
    let mut attempts = retry.attempts_blocking();
    clock.advance(TICK);
    assert!(attempts.next().unwrap().record(Err::<(), _>("down")).is_continue());
    assert_eq!(attempts.report().elapsed(), TICK);
    assert!(attempts.next().unwrap().record(Ok(())).is_break());
    clock.advance(TICK);
    let report = attempts.report();
    assert_eq!((report.attempts(), report.elapsed(), report.waited()), (2, 2 * TICK, TICK));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_dropped_without_a_record_counts_as_a_failure_and_the_loop_ends() {
    let retry = Retry::new(POLICY);
    let mut attempts = retry.attempts::<String>();
    let mut numbers = Vec::new();
    while let Some(attempt) = attempts.next().await {
        numbers.push(attempt.number());
        assert!(numbers.len() < 10, "the loop goes on: {numbers:?}");
    }
    assert_eq!((numbers, attempts.report().waited()), (vec![1, 2, 3], 2 * TICK));
    let end = attempts.finish();
    assert_eq!((end.reason(), end.attempts()), (StopReason::AttemptsExhausted, 3));
    assert_eq!((end.elapsed(), end.last_error()), (2 * TICK, None));

    let clock = ManualClock::new();
    let retry = retry.with_clock(clock.clone());
    let mut attempts = retry.attempts_blocking::<&str>();
    let attempt = attempts.next().unwrap();
    assert!(matches!(attempt.record(Err::<(), _>("down")), ControlFlow::Continue(())));
    while attempts.next().is_some() {}
    assert_eq!(clock.waits(), [TICK; 2]);
    let end = attempts.finish();
    assert_eq!((end.attempts(), end.last_error()), (3, Some(&"down")));
}

#[tokio::test(start_paused = true)]
async fn dropping_the_wait_for_an_attempt_loses_no_attempt() {
    let retry = Retry::new(POLICY);
    let mut attempts = retry.attempts::<&str>();
    let first = attempts.next().await.unwrap();
    assert!(first.record(Err::<(), _>("down")).is_continue());
    assert!(tokio::time::timeout(TICK / 2, attempts.next()).await.is_err());
    let second = attempts.next().await.unwrap();
    assert_eq!(second.number(), 2);
    assert!(second.record(Ok(())).is_break());
    assert_eq!(attempts.report().attempts(), 2);
}

#[test]
fn a_loop_that_is_finished_early_is_cancelled_and_keeps_its_error() {
    let retry = Retry::new(POLICY).with_clock(ManualClock::new());
    let mut attempts = retry.attempts_blocking::<&str>();
    assert!(attempts.next().unwrap().record(Err::<(), _>("down")).is_continue());
    let end = attempts.finish();
    assert_eq!((end.reason(), end.attempts()), (StopReason::Cancelled, 1));
    assert_eq!(end.last_error(), Some(&"down"));
}
