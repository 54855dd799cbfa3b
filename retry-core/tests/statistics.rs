//! What is counted, and when: on, off, with latency; which handles share a tally; how it reads.

// Each test has a runtime of one thread, and waits for the others.
#![allow(clippy::await_holding_lock)]

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use retry_core::{
    BreakerPolicy, BudgetPolicy, CircuitBreaker, CircuitState, ErrorKind, Jitter, ManualClock,
    MemoryDeadLetters, OperationStatistics, Retry, RetryBudget, RetryPolicy, Statistics,
    StopReason,
};

const POLICY: RetryPolicy = RetryPolicy::new().with_jitter(Jitter::None);

/// What is counted is known to the whole process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    Statistics::disable();
    alone
}

fn of(name: &str) -> OperationStatistics {
    let operations = Statistics::snapshot().operations;
    operations.into_iter().find(|operation| operation.name == name).unwrap_or_default()
}

fn handle(name: &'static str) -> Retry {
    Retry::new(POLICY).with_name(name).without_budget().with_clock(ManualClock::new())
}

fn succeed(retry: &Retry) {
    retry.run_blocking(|| Ok::<_, io::Error>(())).unwrap();
}

fn fail(retry: &Retry) {
    let reset = || Err::<(), _>(io::Error::from(io::ErrorKind::ConnectionReset));
    retry.run_blocking(reset).unwrap_err();
}

#[test]
fn nothing_is_counted_until_it_is_wanted_and_nothing_after() {
    let _alone = alone();
    let retry = handle("on and off");
    succeed(&retry);
    Statistics::enable();
    succeed(&retry);
    fail(&retry);
    Statistics::disable();
    succeed(&retry);
    let counted = of("on and off");
    assert_eq!((counted.calls(), counted.succeeded_at_once), (2, 1));
    assert_eq!(counted.gave_up.get(StopReason::AttemptsExhausted), 1);
    assert_eq!(counted.failed_attempts.get(ErrorKind::Network), 3);
    assert!(Statistics::snapshot().since.is_some());
}

#[test]
fn a_call_that_has_begun_is_counted_to_its_end_and_no_other() {
    let _alone = alone();
    let retry = handle("across");
    Statistics::enable();
    let counted = retry.attempts_blocking::<io::Error>();
    Statistics::disable();
    let uncounted = retry.attempts_blocking::<io::Error>();
    Statistics::enable();
    drop((counted, uncounted));
    assert_eq!(of("across").gave_up.get(StopReason::Cancelled), 1);
}

#[test]
fn a_call_is_retrying_from_its_first_failure_to_its_end() {
    let _alone = alone();
    Statistics::enable();
    let retry = handle("between");
    let mut attempts = retry.attempts_blocking::<io::Error>();
    let attempt = attempts.next().unwrap();
    assert_eq!(of("between").calls(), 0);
    let _ = attempt.record::<()>(Err(io::ErrorKind::ConnectionReset.into()));
    let between = of("between");
    assert_eq!((between.calls(), between.retrying, between.ended()), (1, 1, 0));
    drop(attempts);
    let ended = of("between");
    assert_eq!((ended.calls(), ended.retrying, ended.ended()), (1, 0, 1));
}

#[test]
fn without_latency_no_time_is_taken_and_with_it_all_are() {
    let _alone = alone();
    let clock = ManualClock::new();
    let retry = handle("slow").with_clock(clock.clone());
    let slow = || {
        clock.advance(Duration::from_millis(300));
        Ok::<_, io::Error>(())
    };
    Statistics::enable();
    retry.run_blocking(slow).unwrap();
    assert_eq!((of("slow").latency.count, of("slow").latency_impact), (0, None));
    Statistics::enable_with_latency();
    retry.run_blocking(slow).unwrap();
    let latency = of("slow").latency;
    assert_eq!((latency.count, latency.sum, latency.max), (1, latency.p50, latency.p99_9));
    assert_eq!(latency.sum, Duration::from_millis(300));
    assert_eq!(of("slow").latency_impact, Some(0.0));
}

#[test]
fn the_impact_is_the_share_of_time_that_is_waited() {
    let _alone = alone();
    Statistics::enable_with_latency();
    let clock = ManualClock::new();
    let retry = handle("impact").with_clock(clock.clone());
    let mut first = true;
    let work = || {
        clock.advance(Duration::from_millis(150));
        if std::mem::take(&mut first) {
            Err(io::Error::from(io::ErrorKind::TimedOut))
        } else {
            Ok(())
        }
    };
    retry.run_blocking(work).unwrap();
    let counted = of("impact");
    // 150 ms of work, 100 ms of wait, 150 ms of work.
    assert_eq!(counted.waited, Duration::from_millis(100));
    assert_eq!(counted.latency.sum, Duration::from_millis(400));
    assert_eq!(counted.latency_impact, Some(0.25));
    assert_eq!((counted.delays.count, counted.delays.max), (1, Duration::from_millis(100)));
    assert_eq!((counted.succeeded_after.get(1), counted.retries.get(1)), (1, 1));
}

#[test]
fn refusals_are_told_apart_by_who_refuses() {
    let _alone = alone();
    Statistics::enable();
    let before = Statistics::snapshot();
    let breaker = CircuitBreaker::new(BreakerPolicy::new());
    breaker.force_open();
    fail(&handle("refused").with_circuit_breaker(breaker));
    // It has enough for the retries of one call.
    let retry = handle("refused").with_budget(RetryBudget::new(BudgetPolicy::new()));
    (0..10).for_each(|_| fail(&retry));
    let counted = of("refused");
    assert_eq!((counted.breaker_refusals, counted.gate_refusals), (1, 0));
    assert_eq!(counted.gave_up.get(StopReason::CircuitOpen), 1);
    assert!(counted.budget_refusals > 0);
    assert_eq!(counted.gave_up.get(StopReason::Budget), counted.budget_refusals);
    let opened =
        |snapshot: &retry_core::StatisticsSnapshot| snapshot.circuits.get(CircuitState::ForcedOpen);
    assert_eq!(opened(&Statistics::snapshot()) - opened(&before), 1);
}

#[test]
fn letters_are_counted_with_what_became_of_them() {
    let _alone = alone();
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_time().start_paused(true).build().unwrap();
    Statistics::enable();
    let letters = MemoryDeadLetters::new(1);
    let retry = Retry::new(POLICY).with_name("letters").with_dead_letters(letters);
    for _ in 0..2 {
        let lost = async || Err::<(), _>(io::Error::from(io::ErrorKind::ConnectionReset));
        runtime.block_on(retry.run_with_payload(Vec::new, lost)).unwrap_err();
    }
    assert_eq!((of("letters").letters_stored, of("letters").letters_failed), (1, 1));
}

#[test]
fn handles_of_one_name_and_service_share_a_tally_and_the_nameless_another() {
    let _alone = alone();
    Statistics::enable();
    let unnamed = of("unnamed").calls();
    succeed(&handle("shared"));
    succeed(&handle("shared"));
    succeed(&handle("shared").with_service("elsewhere"));
    succeed(&Retry::new(POLICY));
    let operations = Statistics::snapshot().operations;
    let shared = operations.iter().filter(|operation| operation.name == "shared");
    let shared: Vec<_> = shared.map(|of| (of.service.as_deref(), of.calls())).collect();
    assert_eq!(shared, [(None, 2), (Some("elsewhere"), 1)]);
    assert_eq!(of("unnamed").calls() - unnamed, 1);
}

#[test]
fn the_total_is_the_sum_of_all() {
    let _alone = alone();
    Statistics::enable_with_latency();
    fail(&handle("one of all"));
    succeed(&handle("another of all"));
    let snapshot = Statistics::snapshot();
    let sum =
        |of: &dyn Fn(&OperationStatistics) -> u64| snapshot.operations.iter().map(of).sum::<u64>();
    assert_eq!(snapshot.total.calls(), sum(&OperationStatistics::calls));
    assert_eq!(snapshot.total.attempts, sum(&|of| of.attempts));
    assert_eq!(snapshot.total.latency.count, sum(&|of| of.latency.count));
    assert_eq!(snapshot.total.delays.count, sum(&|of| of.retries.total()));
}

#[test]
fn it_reads_as_a_table() {
    let _alone = alone();
    Statistics::enable();
    fail(&handle("table"));
    let text = Statistics::snapshot().to_string();
    let mut lines = text.lines();
    assert!(lines.next().unwrap().starts_with("operation"), "{text}");
    let line = lines.find(|line| line.starts_with("table ")).unwrap();
    let cells: Vec<_> = line.split_whitespace().skip(1).collect();
    assert_eq!(cells, ["1", "0", "0", "1", "0", "3", "300", "ms", "-", "-", "-"], "{text}");
    assert!(text.lines().any(|line| line.starts_with("total")), "{text}");
}

#[cfg(feature = "serde")]
#[test]
fn it_is_written_as_json_with_times_in_seconds() {
    let _alone = alone();
    Statistics::enable();
    let retry = Retry::new(POLICY).with_name("json").with_clock(ManualClock::new());
    fail(&retry.with_service("json service"));
    let json = serde_json::to_value(Statistics::snapshot()).unwrap();
    let operation = json["operations"].as_array().unwrap().iter().find(|of| of["name"] == "json");
    let operation = operation.unwrap();
    assert_eq!(operation["service"], "json service");
    assert_eq!(operation["gave_up"]["attempts_exhausted"], 1);
    assert_eq!(operation["retries"]["1"], 1);
    assert_eq!(operation["waited"], 0.3);
    assert_eq!(operation["delays"]["max"], 0.2);
    assert!(json["since"].as_f64().unwrap() > 0.0);
    let services = json["services"].as_array().unwrap();
    let service = services.iter().find(|service| service["name"] == "json service").unwrap();
    assert!(service["budget"]["capacity"].is_number() && service["circuit_breaker"].is_null());
}
