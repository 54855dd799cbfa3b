//! The end of a call's time: what it covers, what it cuts, and what never starts after it.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::time::Duration;

#[cfg(feature = "macros")]
use retry_core::with_retry;
use retry_core::{ErrorKind, Jitter, ManualClock, Retry, RetryError, RetryPolicy, StopReason};
use tokio::time::{Instant, sleep};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Ten attempts, always this long apart.
const fn every(delay: Duration) -> RetryPolicy {
    RetryPolicy::builder()
        .max_attempts(10)
        .strategy(retry_core::Strategy::Fixed)
        .initial_delay(delay)
        .max_delay(delay)
        .jitter(Jitter::None)
        .build_const()
}

type End = RetryError<String>;

/// Runs an operation that fails after `takes`, and notes when each attempt starts.
async fn failing_slowly(retry: &Retry, takes: Duration) -> (End, Vec<u128>) {
    let start = Instant::now();
    let starts = RefCell::new(Vec::new());
    let operation = || {
        starts.borrow_mut().push(start.elapsed().as_millis());
        let number = starts.borrow().len();
        async move {
            sleep(takes).await;
            Err::<(), _>(format!("failure {number}"))
        }
    };
    let end = retry.run(operation).await.unwrap_err();
    (end, starts.into_inner())
}

fn last(end: &End) -> Option<&str> {
    end.last_error().map(String::as_str)
}

#[tokio::test(start_paused = true)]
async fn the_timeout_covers_attempts_and_delays_and_cuts_what_still_runs() {
    let retry = Retry::new(every(millis(100)).with_timeout(millis(1_000)));
    let (end, starts) = failing_slowly(&retry, millis(300)).await;
    assert_eq!(starts, [0, 400, 800]);
    assert_eq!((end.reason(), end.attempts()), (StopReason::DeadlineExceeded, 3));
    assert_eq!(end.elapsed(), millis(1_000));
    assert_eq!(last(&end), Some("failure 2"));
}

#[tokio::test(start_paused = true)]
async fn a_first_attempt_that_hangs_is_cut_with_no_error_to_show() {
    let retry = Retry::new(every(millis(100)).with_timeout(millis(700)));
    let end = retry.run(pending::<Result<(), String>>).await.unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::DeadlineExceeded, 1));
    assert_eq!((end.elapsed(), end.kind()), (millis(700), None));
    assert_eq!(last(&end), None);
}

#[tokio::test(start_paused = true)]
async fn a_delay_that_would_pass_the_deadline_is_not_begun() {
    let retry = Retry::new(every(Duration::from_secs(3_600)).with_timeout(millis(1_000)));
    let (end, starts) = failing_slowly(&retry, millis(30)).await;
    assert_eq!(starts, [0]);
    assert_eq!((end.reason(), end.elapsed()), (StopReason::DeadlineExceeded, millis(30)));
    assert_eq!(last(&end), Some("failure 1"));
}

#[tokio::test(start_paused = true)]
async fn no_attempt_starts_after_the_deadline() {
    for seed in 0..300_u64 {
        // Odd lengths, most of them no whole tick of tokio's timer.
        let unit = Duration::from_nanos(300_000 + 77_777 * (seed % 17));
        let timeout = unit * u32::try_from(5 + seed % 23).unwrap();
        let policy = RetryPolicy::new()
            .with_max_attempts(50)
            .with_initial_delay(unit)
            .with_multiplier(1.3)
            .with_timeout(timeout);
        let retry = Retry::new(policy).with_seed(seed);
        let start = Instant::now();
        let started = Cell::new(0);
        let operation = || {
            assert!(start.elapsed() < timeout, "seed {seed}: after {:?}", start.elapsed());
            started.set(started.get() + 1);
            async move {
                sleep(unit * u32::try_from(seed % 3).unwrap()).await;
                Err::<(), _>("down")
            }
        };
        let end = retry.run(operation).await.unwrap_err();
        assert_eq!(end.attempts(), started.get(), "seed {seed}");
        assert!(started.get() > 0 && end.reason() == StopReason::DeadlineExceeded, "{end:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_hangs_is_cut_and_the_next_one_follows() {
    let retry = Retry::new(every(millis(50)).with_attempt_timeout(millis(200)));
    let mut calls = 0;
    let start = Instant::now();
    let operation = || {
        calls += 1;
        let number = calls;
        async move { if number < 3 { pending().await } else { Ok::<_, String>(number) } }
    };
    assert_eq!(retry.run(operation).await.unwrap(), 3);
    assert_eq!(start.elapsed(), millis(500));
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_attempts_all_hang_ends_as_timed_out() {
    let policy = every(millis(50)).with_attempt_timeout(millis(200)).with_max_attempts(2);
    let end = Retry::new(policy).run(pending::<Result<(), String>>).await.unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::AttemptsExhausted, 2));
    assert_eq!((end.kind(), end.elapsed()), (Some(ErrorKind::Timeout), millis(450)));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_is_cut_at_the_deadline_however_long_it_may_take() {
    for (attempt_timeout, attempts) in [(400, 3), (900, 2), (1_000, 1)] {
        let policy = every(millis(50)).with_timeout(millis(1_000));
        let retry = Retry::new(policy.with_attempt_timeout(millis(attempt_timeout)));
        // At the same instant it is the deadline that ends the call: nothing can follow.
        let end = retry.run(pending::<Result<(), String>>).await.unwrap_err();
        assert_eq!((end.reason(), end.elapsed()), (StopReason::DeadlineExceeded, millis(1_000)));
        assert_eq!(end.attempts(), attempts);
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_is_kept_through_a_later_attempt_that_is_cut() {
    let policy = every(millis(50)).with_attempt_timeout(millis(200)).with_max_attempts(2);
    let mut calls = 0;
    let operation = || {
        calls += 1;
        let first = calls == 1;
        async move { if first { Err::<(), _>("refused".to_owned()) } else { pending().await } }
    };
    let end = Retry::new(policy).run(operation).await.unwrap_err();
    assert_eq!((end.kind(), last(&end)), (Some(ErrorKind::Timeout), Some("refused")));
}

#[tokio::test(start_paused = true)]
async fn of_a_deadline_and_a_timeout_the_earlier_counts() {
    for (timeout, deadline, elapsed) in [(700, 300, 300), (300, 700, 300), (500, 500, 500)] {
        let deadline = Instant::now().into_std() + millis(deadline);
        let policy = every(millis(50)).with_timeout(millis(timeout));
        let retry = Retry::new(policy).with_deadline(deadline);
        let end = retry.run(pending::<Result<(), String>>).await.unwrap_err();
        assert_eq!((end.reason(), end.elapsed()), (StopReason::DeadlineExceeded, millis(elapsed)));
    }
}

#[tokio::test(start_paused = true)]
async fn after_the_deadline_no_attempt_is_made() {
    let retry = Retry::new(every(millis(50))).with_deadline(Instant::now().into_std());
    let (end, starts) = failing_slowly(&retry, Duration::ZERO).await;
    assert_eq!((end.reason(), end.attempts()), (StopReason::DeadlineExceeded, 0));
    assert_eq!((starts.len(), last(&end), end.kind()), (0, None, None));

    let end = retry.run_blocking(|| -> Result<(), String> { unreachable!("out of time") });
    let end = end.unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::DeadlineExceeded, 0));
}

#[test]
fn a_call_that_blocks_ends_between_attempts() {
    let clock = ManualClock::new();
    let policy = every(millis(100)).with_timeout(millis(1_000));
    let retry = Retry::new(policy).with_clock(clock.clone());
    let mut calls = 0;
    let end = retry.run_blocking(|| {
        calls += 1;
        clock.advance(millis(300));
        Err::<(), _>(format!("failure {calls}"))
    });
    let end = end.unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::DeadlineExceeded, 3));
    assert_eq!((end.elapsed(), last(&end)), (millis(1_100), Some("failure 3")));
    assert_eq!(clock.waits(), [millis(100); 2]);
}

#[test]
fn a_manual_clock_drives_a_call_without_a_runtime() {
    let clock = ManualClock::new();
    let policy = every(millis(100)).with_attempt_timeout(millis(200)).with_max_attempts(2);
    let retry = Retry::new(policy).with_clock(clock.clone());
    let mut call = Box::pin(retry.run(pending::<Result<(), String>>));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut passed = 0;
    let end = loop {
        match call.as_mut().poll(&mut context) {
            std::task::Poll::Ready(end) => break end.unwrap_err(),
            std::task::Poll::Pending => clock.advance(millis(50)),
        }
        passed += 50;
        assert!(passed < 10_000, "the call never ends");
    };
    assert_eq!(clock.waits(), [millis(200), millis(100), millis(200)]);
    assert_eq!((end.reason(), end.elapsed()), (StopReason::AttemptsExhausted, millis(500)));
}

#[tokio::test(start_paused = true)]
async fn a_limit_beyond_the_end_of_time_is_none() {
    let policy = every(millis(100)).with_timeout(Duration::MAX);
    let policy = policy.with_attempt_timeout(Duration::MAX).with_max_attempts(3);
    let (end, starts) = failing_slowly(&Retry::new(policy), millis(10)).await;
    assert_eq!((end.reason(), starts), (StopReason::AttemptsExhausted, vec![0, 110, 220]));
}

#[tokio::test(start_paused = true)]
async fn as_many_attempts_as_can_be_counted_still_end_with_the_time() {
    let policy = every(millis(1)).with_max_attempts(u32::MAX).with_timeout(millis(500));
    let (end, starts) = failing_slowly(&Retry::new(policy), Duration::ZERO).await;
    assert_eq!((end.reason(), starts.len()), (StopReason::DeadlineExceeded, 500));
}

#[cfg(feature = "macros")]
#[with_retry(
    max_attempts = u32::MAX,
    strategy = "fixed",
    initial_delay = "500us",
    jitter = "none",
    timeout = "900us"
)]
async fn oversleeps(calls: &Cell<u32>) -> Result<(), RetryError<String>> {
    calls.set(calls.get() + 1);
    Err("down".to_owned())
}

#[cfg(feature = "macros")]
#[tokio::test(start_paused = true)]
async fn an_annotated_call_that_oversleeps_its_deadline_counts_only_what_was_started() {
    // Tokio's timer has ticks of a millisecond, so the delay ends after the deadline.
    let calls = Cell::new(0);
    let end = oversleeps(&calls).await.unwrap_err();
    assert_eq!((end.reason(), calls.get()), (StopReason::DeadlineExceeded, 1));
    assert_eq!((end.attempts(), last(&end)), (1, Some("down")));
}
