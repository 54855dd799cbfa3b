//! The test mode: what a test switches on holds for its calls, and for nobody else's.

#![cfg(feature = "macros")]

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use retry_core::{
    BreakerPolicy, CircuitBreaker, ErrorKind, Jitter, ManualClock, OnOpen, PolicyBound, Retry,
    RetryError, RetryPolicy, StopReason, TestMode, Verdict, presets, with_retry,
};

const SLOW: RetryPolicy = RetryPolicy::new()
    .with_max_attempts(5)
    .with_max_delay(Duration::from_secs(3_600))
    .with_initial_delay(Duration::from_secs(60))
    .with_jitter(Jitter::None);

fn down() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

#[with_retry(policy = SLOW)]
async fn plain(attempts: &AtomicU32) -> io::Result<()> {
    attempts.fetch_add(1, Ordering::Relaxed);
    Err(down())
}

#[with_retry(policy = SLOW, timeout = "10s")]
async fn timed(attempts: &AtomicU32) -> Result<(), RetryError<io::Error>> {
    attempts.fetch_add(1, Ordering::Relaxed);
    Err(down())
}

#[with_retry(policy = SLOW)]
fn blocking(attempts: &AtomicU32) -> io::Result<()> {
    attempts.fetch_add(1, Ordering::Relaxed);
    Err(down())
}

#[with_retry(
    policy = SLOW,
    service = "test_mode::gated",
    circuit_breaker(consecutive_failures = 2, open_for = "1h", max_open_for = "1h", on_open = "refuse"),
    rate_limit()
)]
async fn gated(attempts: &AtomicU32) -> Result<(), RetryError<io::Error>> {
    attempts.fetch_add(1, Ordering::Relaxed);
    Err(down())
}

// No time is paused here: a wait would be a real one, of minutes.

#[tokio::test]
async fn without_waits_every_form_of_a_call_makes_all_its_attempts_at_once() {
    let _mode = TestMode::instant().enter();
    let attempts = AtomicU32::new(0);
    plain(&attempts).await.unwrap_err();
    assert_eq!(attempts.swap(0, Ordering::Relaxed), 5);
    let error = timed(&attempts).await.unwrap_err();
    assert_eq!(error.reason(), StopReason::AttemptsExhausted);
    assert_eq!(attempts.swap(0, Ordering::Relaxed), 5);
    blocking(&attempts).unwrap_err();
    assert_eq!(attempts.swap(0, Ordering::Relaxed), 5);
    gated(&attempts).await.unwrap_err();
    assert_eq!(attempts.swap(0, Ordering::Relaxed), 5);
    let retry = Retry::from_preset(presets::STANDARD.with_policy(SLOW));
    let error = retry.run(async || Err::<(), _>(down())).await.unwrap_err();
    assert_eq!(error.attempts(), 5);
    let error = retry.run_blocking(|| Err::<(), _>(down())).unwrap_err();
    assert_eq!(error.attempts(), 5);
}

#[tokio::test]
async fn without_waits_what_a_server_asks_for_is_not_waited_out() {
    let _mode = TestMode::instant().enter();
    let busy =
        |_: &io::Error, _: &_| Verdict::RetryAfter(ErrorKind::RateLimit, Duration::from_secs(60));
    let retry = Retry::from_preset(presets::HTTP).classify_with(busy);
    let error = retry.run(async || Err::<(), _>(down())).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (StopReason::AttemptsExhausted, 5));
}

#[tokio::test]
async fn without_waits_no_budget_runs_dry() {
    let _mode = TestMode::instant().enter();
    let attempts = AtomicU32::new(0);
    for _ in 0..100 {
        plain(&attempts).await.unwrap_err();
    }
    assert_eq!(attempts.into_inner(), 500);
}

#[tokio::test]
async fn attempts_are_capped_and_never_raised() {
    let mode = || TestMode::instant();
    let capped = mode().with_max_attempts(2).unwrap().enter();
    let attempts = AtomicU32::new(0);
    let error = timed(&attempts).await.unwrap_err();
    assert_eq!((error.attempts(), error.reason()), (2, StopReason::AttemptsExhausted));
    drop(capped);
    let _capped = mode().with_max_attempts(50).unwrap().enter();
    let error = timed(&attempts).await.unwrap_err();
    assert_eq!(error.attempts(), 5);
}

#[test]
fn no_attempts_are_no_mode() {
    let error = TestMode::instant().with_max_attempts(0).unwrap_err();
    assert_eq!(error.bound(), PolicyBound::AtLeastOne);
}

/// Moves the clock on whenever somebody waits on it, until the call has ended.
async fn drive<T>(clock: &ManualClock, call: impl Future<Output = T>) -> T {
    let mut call = std::pin::pin!(call);
    loop {
        tokio::select! {
            biased;
            value = &mut call => return value,
            () = tokio::task::yield_now() => clock.advance(Duration::from_secs(1)),
        }
    }
}

#[tokio::test]
async fn on_a_clock_of_its_own_a_test_sees_every_wait() {
    let clock = ManualClock::new();
    let _mode = TestMode::on(clock.clone()).enter();
    let attempts = AtomicU32::new(0);
    drive(&clock, plain(&attempts)).await.unwrap_err();
    assert_eq!(clock.waits(), [60, 120, 240, 480].map(Duration::from_secs));
}

#[tokio::test]
async fn on_a_clock_of_its_own_a_call_has_no_other_time() {
    let clock = ManualClock::new();
    let _mode = TestMode::on(clock.clone()).enter();
    let attempts = AtomicU32::new(0);
    let error = drive(&clock, timed(&attempts)).await.unwrap_err();
    // The first delay is longer than the call may take.
    assert_eq!((error.attempts(), error.reason()), (1, StopReason::DeadlineExceeded));
    blocking(&attempts).unwrap_err();
    assert_eq!(clock.waits().len(), 4);
}

#[tokio::test]
async fn a_test_has_gates_for_itself() {
    let attempts = AtomicU32::new(0);
    for _ in 0..3 {
        let clock = ManualClock::new();
        let _mode = TestMode::on(clock.clone()).enter();
        let error = drive(&clock, gated(&attempts)).await.unwrap_err();
        // Two failures in a row open the circuit, which was closed when the test began.
        assert_eq!((error.reason(), error.attempts()), (StopReason::CircuitOpen, 2));
        let error = drive(&clock, gated(&attempts)).await.unwrap_err();
        assert_eq!((error.reason(), error.attempts()), (StopReason::CircuitOpen, 0));
    }
}

#[tokio::test]
async fn a_handle_of_a_service_shares_the_gates_of_the_test() {
    let breaker = BreakerPolicy::builder()
        .consecutive_failures(2)
        .open_for(Duration::from_secs(3_600))
        .max_open_for(Duration::from_secs(3_600))
        .on_open(OnOpen::Refuse)
        .build()
        .unwrap();
    let clock = ManualClock::new();
    let _mode = TestMode::on(clock.clone()).enter();
    let preset = presets::STANDARD.with_policy(SLOW).with_circuit_breaker(breaker);
    let retry = Retry::from_preset(preset).with_service("test_mode::gated");
    let error = drive(&clock, retry.run(async || Err::<(), _>(down()))).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (StopReason::CircuitOpen, 2));
    let error = drive(&clock, gated(&AtomicU32::new(0))).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (StopReason::CircuitOpen, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mode_holds_on_every_thread_of_the_runtime() {
    let _mode = TestMode::instant().enter();
    let attempts = Arc::new(AtomicU32::new(0));
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let attempts = Arc::clone(&attempts);
            tokio::spawn(async move { plain(&attempts).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap_err();
    }
    assert_eq!(attempts.load(Ordering::Relaxed), 100);
}

#[test]
fn the_tests_beside_it_do_not_notice() {
    let instant = std::thread::spawn(|| {
        let _mode = TestMode::instant().enter();
        // Another test, on its own thread and runtime, while the mode holds here.
        let beside = std::thread::spawn(|| {
            let clock = ManualClock::new();
            let retry = Retry::new(SLOW).with_clock(clock.clone());
            retry.run_blocking(|| Err::<(), _>(down())).unwrap_err();
            clock.waits().len()
        });
        beside.join().unwrap()
    });
    assert_eq!(instant.join().unwrap(), 4);
}

#[test]
fn a_mode_ends_with_its_guard_and_the_later_of_two_counts() {
    let clock = ManualClock::new();
    let outer = TestMode::on(clock.clone()).enter();
    let inner = TestMode::instant().with_max_attempts(1).unwrap().enter();
    let attempts = AtomicU32::new(0);
    blocking(&attempts).unwrap_err();
    assert_eq!(attempts.swap(0, Ordering::Relaxed), 1);
    drop(inner);
    blocking(&attempts).unwrap_err();
    assert_eq!((attempts.into_inner(), clock.waits().len()), (5, 4));
    drop(outer);
}

#[tokio::test]
async fn a_breaker_that_was_given_by_hand_is_not_asked_without_waits() {
    let _mode = TestMode::instant().enter();
    let breaker = CircuitBreaker::new(BreakerPolicy::new());
    breaker.force_open();
    let retry = Retry::new(SLOW).with_circuit_breaker(breaker);
    assert_eq!(retry.run(async || Ok::<_, io::Error>(7)).await.unwrap(), 7);
}
