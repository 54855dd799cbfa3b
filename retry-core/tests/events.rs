//! What a call says to `tracing`: which event, at which level, with which fields.

#![cfg(all(feature = "macros", feature = "tracing"))]

mod recorder;

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use recorder::{Recorder, Said};
use retry_core::{
    Attempt, BreakerPolicy, CancellationToken, CircuitBreaker, ErrorKind, Jitter, ManualClock,
    Retry, RetryPolicy, Verdict, with_retry,
};
use tracing::Level;
use tracing::level_filters::LevelFilter;

const POLICY: RetryPolicy = RetryPolicy::new().with_jitter(Jitter::None);

fn handle(policy: RetryPolicy) -> Retry {
    let retry = Retry::new(policy).with_name("stock").with_service("inventory");
    // Not that of the service, which the other tests draw on at the same time.
    retry.without_budget().with_clock(ManualClock::new())
}

/// The level, the message, and the fields in the order of their names.
fn line(said: &Said) -> (Level, &str, Vec<(&str, &str)>) {
    let fields = said.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    (said.level, &said.message, fields.collect())
}

/// The fields of an attempt that was refused, with those of the event, in order.
fn refused<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields =
        vec![("error", "connection refused"), ("kind", "unknown"), ("service", "inventory")];
    fields.extend(more);
    fields.sort_unstable();
    fields
}

#[test]
fn each_retry_is_a_warning_and_the_end_without_success_one_error() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::TRACE);
    handle(POLICY).run_blocking(|| Err::<(), _>("connection refused")).unwrap_err();
    let said = recorder.said();
    let retrying = "attempt failed, retrying";
    let warned = |attempt, delay| {
        refused(&[("attempt", attempt), ("max_attempts", "3"), ("name", "stock"), ("delay", delay)])
    };
    let gave_up = refused(&[
        ("attempt", "3"),
        ("max_attempts", "3"),
        ("name", "stock"),
        ("elapsed", "300ms"),
        ("reason", "attempts_exhausted"),
    ]);
    let lines: Vec<_> = said.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            (Level::WARN, retrying, warned("1", "100ms")),
            (Level::WARN, retrying, warned("2", "200ms")),
            (Level::ERROR, "gave up", gave_up),
        ]
    );
}

#[test]
fn the_end_without_success_gives_its_reason() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::TRACE);
    let hint = |_: &&str, _: &Attempt| Verdict::RetryAfter(ErrorKind::RateLimit, Duration::MAX);
    let stop = |_: &&str, _: &Attempt| Verdict::Stop(ErrorKind::Client);
    let down = || Err::<(), _>("down");
    let short = POLICY.with_timeout(Duration::from_millis(100));
    handle(POLICY.with_max_attempts(1)).run_blocking(down).unwrap_err();
    handle(POLICY).classify_with(stop).run_blocking(down).unwrap_err();
    handle(POLICY).classify_with(hint).run_blocking(down).unwrap_err();
    handle(short).run_blocking(down).unwrap_err();
    let said = recorder.said();
    assert!(said.iter().all(|said| (said.level, said.is_final()) == (Level::ERROR, true)));
    let ends: Vec<_> = said
        .iter()
        .map(|said| (said.field("reason").unwrap(), said.field("kind").unwrap()))
        .collect();
    assert_eq!(
        ends,
        [
            ("attempts_exhausted", "unknown"),
            ("not_retryable", "client"),
            ("hint_too_long", "rate_limit"),
            ("deadline_exceeded", "unknown"),
        ]
    );
}

#[test]
fn a_call_that_hands_out_an_error_says_so_even_where_its_classifier_saw_a_success() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::TRACE);
    let fine = |_: &&str, _: &Attempt| Verdict::Success;
    handle(POLICY).classify_with(fine).run_blocking(|| Err::<(), _>("down")).unwrap_err();
    let said = recorder.said();
    let lines: Vec<_> = said.iter().map(|said| (said.level, said.message.as_str())).collect();
    assert_eq!(lines, [(Level::ERROR, "gave up")]);
}

#[test]
fn a_function_over_a_handle_has_the_name_of_the_handle_or_else_its_own() {
    #[with_retry(retry = retry)]
    fn named(retry: &Retry) -> Result<(), retry_core::RetryError<&'static str>> {
        Err("down")?
    }

    let (recorder, _guard) = Recorder::listening(LevelFilter::ERROR);
    named(&handle(POLICY)).unwrap_err();
    named(&Retry::new(POLICY).with_clock(ManualClock::new())).unwrap_err();
    let said = recorder.said();
    let names: Vec<_> = said.iter().map(|said| said.field("name").unwrap()).collect();
    assert_eq!(names, ["stock", "events::named"]);
}

#[test]
fn a_success_after_retries_is_one_info() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::INFO);
    let mut calls = 0;
    let operation = || {
        calls += 1;
        if calls < 3 { Err("down") } else { Ok(calls) }
    };
    assert_eq!(handle(POLICY).run_blocking(operation).unwrap(), 3);
    let said = recorder.said();
    let lines: Vec<_> = said.iter().map(|said| (said.level, said.message.as_str())).collect();
    let retrying = (Level::WARN, "attempt failed, retrying");
    assert_eq!(lines, [retrying, retrying, (Level::INFO, "succeeded after retries")]);
    assert_eq!(said[2].field("attempt"), Some("3"));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_cut_is_a_failure_like_another() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::TRACE);
    let policy = POLICY.with_attempt_timeout(Duration::from_secs(1)).with_max_attempts(2);
    Retry::new(policy).run(pending::<Result<(), String>>).await.unwrap_err();
    let said = recorder.said();
    let lines: Vec<_> =
        said.iter().map(|said| (said.level, said.field("error").unwrap())).collect();
    assert_eq!(lines, [(Level::WARN, "timed out after 1s"), (Level::ERROR, "timed out after 1s")]);
    assert!(said.iter().all(|said| said.field("kind") == Some("timeout")));
}

#[with_retry(
    max_attempts = 2,
    initial_delay = "10ms",
    jitter = "none",
    budget = "none",
    service = "inventory"
)]
async fn annotated() -> Result<(), String> {
    Err("connection refused".to_owned())
}

#[tokio::test(start_paused = true)]
async fn an_annotated_call_says_the_same_under_its_own_name() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::TRACE);
    annotated().await.unwrap_err();
    let said = recorder.said();
    let own = [("max_attempts", "2"), ("name", "events::annotated")];
    let retrying = refused(&[&own[..], &[("attempt", "1"), ("delay", "10ms")]].concat());
    let gave_up = [("attempt", "2"), ("reason", "attempts_exhausted")];
    let gave_up = refused(&[own, gave_up].concat());
    let lines: Vec<_> = said.iter().map(line).collect();
    assert_eq!(
        lines,
        [(Level::WARN, "attempt failed, retrying", retrying), (Level::ERROR, "gave up", gave_up),]
    );
}

/// Polls `call` once, and drops it.
fn drop_after_one_poll<T>(call: impl Future<Output = T>) {
    let mut call = Box::pin(call);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(call.as_mut().poll(&mut context).is_pending());
}

#[test]
fn a_dropped_call_is_one_debug_event_wherever_it_was() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::DEBUG);
    drop_after_one_poll(handle(POLICY).run(pending::<Result<(), String>>));
    drop_after_one_poll(handle(POLICY).run(async || Err::<(), _>("down")));
    let said = recorder.said();
    let lines: Vec<_> = said.iter().map(|said| (said.level, said.message.as_str())).collect();
    let cancelled = (Level::DEBUG, "cancelled");
    assert_eq!(lines, [cancelled, (Level::WARN, "attempt failed, retrying"), cancelled]);
    assert_eq!(said[0].field("reason"), Some("cancelled"));
}

#[test]
fn a_call_that_a_token_ends_is_one_debug_event() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::DEBUG);
    let token = CancellationToken::new();
    let retry = handle(POLICY).with_cancellation(token.clone());
    let operation = || {
        token.cancel();
        Err::<(), _>("down")
    };
    retry.run_blocking(operation).unwrap_err();
    retry.run_blocking(|| Err::<(), _>("never called")).unwrap_err();
    let ends: Vec<_> = recorder.said().into_iter().filter(Said::is_final).collect();
    assert!(ends.iter().all(|end| (end.level, &*end.message) == (Level::DEBUG, "cancelled")));
    assert_eq!(ends.len(), 2);
}

#[test]
fn a_panic_is_one_error_and_goes_on() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::TRACE);
    let call = || handle(POLICY).run_blocking(|| -> Result<(), String> { panic!("out of luck") });
    let panic = catch_unwind(AssertUnwindSafe(call)).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"out of luck"));
    let said = recorder.said();
    let lines: Vec<_> = said.iter().map(|said| (said.level, said.message.as_str())).collect();
    assert_eq!(lines, [(Level::ERROR, "panicked")]);
}

#[test]
fn the_end_of_a_call_names_the_attempt_that_was_made_last() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::TRACE);
    let token = CancellationToken::new();
    let retry = handle(POLICY).with_cancellation(token.clone());
    let operation = || {
        token.cancel();
        Err::<(), _>("down")
    };
    assert_eq!(retry.run_blocking(operation).unwrap_err().attempts(), 1);
    let end = recorder.said().pop().unwrap();
    assert_eq!((end.message.as_str(), end.field("attempt")), ("cancelled", Some("1")));
    // Dropped in the delay before an attempt that is never made.
    drop_after_one_poll(handle(POLICY).run(async || Err::<(), _>("down")));
    let end = recorder.said().pop().unwrap();
    assert_eq!((end.message.as_str(), end.field("attempt")), ("cancelled", Some("1")));
}

#[test]
fn a_budget_that_is_used_up_is_said_once_in_ten_seconds_however_many_it_refuses() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::TRACE);
    let clock = ManualClock::new();
    let retry = Retry::new(POLICY).with_name("stock").with_clock(clock.clone());
    for _ in 0..2 {
        for _ in 0..100 {
            retry.run_blocking(|| Err::<(), _>("connection refused")).unwrap_err();
        }
        let said = recorder.said();
        let used_up = |said: &&Said| said.message.starts_with("the retry budget is used up");
        assert_eq!(said.iter().filter(used_up).count(), 1, "{said:?}");
        let refused = said.iter().rfind(|said| said.is_final()).unwrap();
        assert_eq!(refused.field("reason"), Some("budget"));
        assert_eq!(refused.field("error"), Some("connection refused"), "the caller's own error");
        clock.advance(Duration::from_secs(11));
    }
}

#[test]
fn a_refused_call_says_which_reason_ended_it() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::TRACE);
    let breaker = CircuitBreaker::new(BreakerPolicy::new()).with_name("inventory");
    breaker.force_open();
    let retry = handle(POLICY).with_circuit_breaker(breaker);
    retry.run_blocking(|| Err::<(), _>("never asked")).unwrap_err();
    let said = recorder.said();
    assert_eq!(said.len(), 1, "{said:?}");
    let fields = ["attempt", "kind", "reason"].map(|field| said[0].field(field).unwrap());
    assert_eq!((said[0].level, fields), (Level::ERROR, ["0", "circuit_breaker", "circuit_open"]));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_given_two_breakers_is_warned_of() {
    #[with_retry(service = "events::twice", circuit_breaker(open_for = "1s"))]
    async fn one() -> std::io::Result<()> {
        Ok(())
    }
    #[with_retry(service = "events::twice", circuit_breaker(open_for = "2s"))]
    async fn another() -> std::io::Result<()> {
        Ok(())
    }

    let (recorder, _guard) = Recorder::listening(LevelFilter::TRACE);
    for _ in 0..3 {
        one().await.unwrap();
        another().await.unwrap();
    }
    let said = recorder.said();
    let warnings: Vec<_> = said.iter().filter(|said| said.level == Level::WARN).collect();
    assert_eq!(warnings.len(), 1, "{said:?}");
    assert_eq!(warnings[0].field("service"), Some("events::twice"));
    assert_eq!(warnings[0].field("gate"), Some("circuit_breaker"));
}
