//! What observers are told: in which order, of what, whichever way a call is written.

#![cfg(feature = "macros")]

mod history;

use std::io;
use std::time::Duration;

use history::Fate::{
    AsksForNothing, AsksForTooMuch, Cancels, Fails, FailsForGood, Forgotten, Hangs, Panics,
    Succeeds,
};
use history::{DRIVERS, Driver, Fate, gave_up, told, words};
use proptest::prelude::*;
use retry_core::{
    Admission, BreakerPolicy, BudgetPolicy, CircuitBreaker, Event, EventRecord, EventRecorder,
    Gate, Jitter, ManualClock, MemoryDeadLetters, Pass, Refusal, Request, Retry, RetryBudget,
    RetryPolicy, Settlement, StopReason, observe,
};

/// Longer than any call here takes.
const TO_THE_END: usize = 30;

#[track_caller]
fn expect(drivers: impl Fn(Driver) -> bool, fates: &[Fate], expected: &[&str]) {
    for driver in DRIVERS.into_iter().filter(|driver| drivers(*driver)) {
        let (records, _) = told(driver, fates, TO_THE_END);
        assert_eq!(words(&records), expected, "{driver:?} {fates:?}");
    }
}

const FAILED: &str = "attempt_failed";
const AGAIN: &str = "retry_scheduled";

#[test]
fn a_success_at_once_is_a_start_and_an_end() {
    expect(|_| true, &[Succeeds], &["call_started", "succeeded"]);
}

#[test]
fn each_failure_and_each_retry_is_told_before_the_success() {
    let expected = ["call_started", FAILED, AGAIN, FAILED, AGAIN, "succeeded"];
    expect(|_| true, &[Fails, Fails, Succeeds], &expected);
}

#[test]
fn the_last_failure_has_no_retry_behind_it() {
    let [gave_up, reason] = gave_up(StopReason::AttemptsExhausted);
    let expected = ["call_started", FAILED, AGAIN, FAILED, AGAIN, FAILED, gave_up, reason];
    expect(|_| true, &[Fails, Fails, Fails], &expected);
}

#[test]
fn a_failure_that_no_attempt_can_help_ends_the_call() {
    let [gave_up, reason] = gave_up(StopReason::NotRetryable);
    expect(|_| true, &[FailsForGood], &["call_started", FAILED, gave_up, reason]);
}

#[test]
fn a_hint_is_told_between_the_failure_and_what_follows_from_it() {
    let hint = "hint_received";
    expect(
        |_| true,
        &[AsksForNothing, Succeeds],
        &["call_started", FAILED, hint, AGAIN, "succeeded"],
    );
    let [gave_up, reason] = gave_up(StopReason::HintTooLong);
    expect(|_| true, &[AsksForTooMuch], &["call_started", FAILED, hint, gave_up, reason]);
}

#[test]
fn a_panic_is_the_end_and_goes_on() {
    for driver in DRIVERS {
        let (records, panicked) = told(driver, &[Fails, Panics], TO_THE_END);
        assert_eq!(words(&records), ["call_started", FAILED, AGAIN, "panicked"], "{driver:?}");
        assert!(panicked, "{driver:?}");
    }
}

#[test]
fn an_attempt_that_its_time_limit_cuts_has_failed_and_one_that_the_end_cuts_has_not() {
    expect(Driver::has_limits, &[Hangs, Succeeds], &["call_started", FAILED, AGAIN, "succeeded"]);
    let [gave_up, reason] = gave_up(StopReason::DeadlineExceeded);
    let expected = ["call_started", FAILED, AGAIN, FAILED, AGAIN, gave_up, reason];
    expect(Driver::has_limits, &[Hangs, Hangs, Hangs], &expected);
}

#[test]
fn a_token_ends_a_call_as_cancelled() {
    let [gave_up, reason] = gave_up(StopReason::Cancelled);
    let expected = ["call_started", FAILED, AGAIN, gave_up, reason];
    expect(Driver::has_a_token, &[Cancels], &expected);
}

#[test]
fn an_attempt_that_is_not_recorded_has_failed() {
    let expected = ["call_started", FAILED, AGAIN, "succeeded"];
    expect(|driver| driver == Driver::OpenBlockingLoop, &[Forgotten, Succeeds], &expected);
}

#[test]
fn a_call_that_is_dropped_ends_as_cancelled() {
    let [gave_up, reason] = gave_up(StopReason::Cancelled);
    for driver in DRIVERS.into_iter().filter(|driver| driver.waits()) {
        let (records, _) = told(driver, &[Hangs], 2);
        assert_eq!(words(&records), ["call_started", gave_up, reason], "{driver:?}");
    }
}

const POLICY: RetryPolicy = RetryPolicy::new().with_jitter(Jitter::None);

/// A handle that sleeps at once, and who is told of its calls.
fn handle() -> (Retry, EventRecorder) {
    let recorder = EventRecorder::new();
    let retry = Retry::new(POLICY).with_name("stock").without_budget();
    (retry.with_clock(ManualClock::new()).with_observer(recorder.clone()), recorder)
}

fn down() -> io::Result<()> {
    Err(io::ErrorKind::ConnectionReset.into())
}

/// Says no to every attempt, as a throttle.
#[derive(Debug)]
struct Closed;

impl Gate for Closed {
    fn admit(&self, _: &Request<'_>) -> Admission {
        Admission::Refuse(Refusal::new(StopReason::Throttled).by(Some("quota".into())))
    }

    fn settle(&self, _: Pass, _: &Settlement<'_>) {}
}

#[test]
fn a_refusal_says_which_attempt_and_by_whom_before_the_end() {
    let (retry, recorder) = handle();
    retry.with_gate(Closed).run_blocking(down).unwrap_err();
    recorder.assert_events("stock", &["call_started", "gate_refused", "gave_up"]);
    let records = recorder.of("stock");
    let Event::GateRefused { attempt: 1, refusal, .. } = records[1].event() else {
        panic!("{}", records[1])
    };
    assert_eq!(refusal.gate(), Some("quota"));
    let Event::GaveUp { attempts: 0, reason: StopReason::Throttled, kind: None, .. } =
        records[2].event()
    else {
        panic!("{}", records[2])
    };
}

#[test]
fn a_budget_that_is_used_up_is_told_before_the_end() {
    let (retry, recorder) = handle();
    let budget = RetryBudget::new(BudgetPolicy::new().with_max_tokens(1));
    let retry = retry.with_budget(budget).with_max_attempts(2).unwrap();
    retry.run_blocking(down).unwrap_err();
    drop(recorder.take());
    retry.run_blocking(down).unwrap_err();
    let expected = ["call_started", FAILED, "budget_exhausted", "gave_up"];
    recorder.assert_events("stock", &expected);
    assert!(recorder.of("stock")[3].to_string().ends_with("attempts 1, budget"));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_parked_and_tries_is_told_with_what_the_breaker_does() {
    let (recorder, of_process) = (EventRecorder::new(), EventRecorder::new());
    let _observation = observe(of_process.clone());
    let policy = BreakerPolicy::new().with_consecutive_failures(2);
    let breaker = CircuitBreaker::new(policy).with_name("observers::parks");
    let retry = Retry::new(POLICY).with_name("stock").without_budget();
    let retry = retry.with_circuit_breaker(breaker).with_observer(recorder.clone());
    let mut answers = [down(), down(), Ok(())].into_iter();
    retry.run(|| std::future::ready(answers.next().unwrap())).await.unwrap();
    recorder.assert_events("stock", &["call_started", FAILED, AGAIN, FAILED, AGAIN, "succeeded"]);

    let of_breaker = |record: &EventRecord| match record.event() {
        Event::Probe { breaker: Some("observers::parks") } => Some("probe".to_owned()),
        Event::CircuitChanged { breaker: Some("observers::parks"), change } => {
            Some(change.to().to_string())
        }
        _ => None,
    };
    let told: Vec<_> = of_process.all().iter().filter_map(of_breaker).collect();
    assert_eq!(told, ["open", "half_open", "probe", "closed"]);
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_is_told_after_the_end_of_its_call() {
    for (capacity, line) in [(1, "dead_letter stock"), (0, "dead_letter stock: lost, there is")] {
        let (retry, recorder) = handle();
        let retry = retry.with_dead_letters(MemoryDeadLetters::new(capacity));
        let retry = retry.with_max_attempts(1).unwrap();
        retry.run_with_payload(Vec::new, async || down()).await.unwrap_err();
        recorder.assert_events("stock", &["call_started", FAILED, "gave_up", "dead_letter"]);
        let records = recorder.of("stock");
        assert!(records[3].to_string().starts_with(line), "{}", records[3]);
    }
}

#[cfg(feature = "toml")]
#[test]
fn settings_that_are_loaded_and_settings_that_are_broken_are_told_with_their_file() {
    let recorder = EventRecorder::new();
    let _observation = observe(recorder.clone());
    let file = std::env::temp_dir().join(format!("observers-{}.toml", std::process::id()));
    std::fs::write(&file, "").unwrap();
    let settings = retry_core::LiveSettings::load(&file).unwrap();
    std::fs::write(&file, "[defaults]\nmax_attempts = 0").unwrap();
    settings.reload().unwrap_err();
    std::fs::remove_file(&file).unwrap();
    let of_file = |record: &EventRecord| match record.event() {
        Event::SettingsLoaded { source, failed } => {
            assert_eq!(source, file.to_string_lossy());
            Some(failed.map(|text| text.to_string().contains("max_attempts")))
        }
        _ => None,
    };
    assert_eq!(recorder.all().iter().filter_map(of_file).collect::<Vec<_>>(), [None, Some(true)]);
}

#[test]
fn a_call_is_told_how_long_it_waited() {
    let (retry, recorder) = handle();
    retry.run_blocking(down).unwrap_err();
    let records = recorder.of("stock");
    let Event::GaveUp { attempts, elapsed, waited, .. } = records.last().unwrap().event() else {
        panic!("{records:?}")
    };
    let all = Duration::from_millis(100 + 200);
    assert_eq!((attempts, elapsed, waited), (3, Some(all), all));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_call_that_was_begun_has_one_final_event_and_it_is_the_last(
        driver in prop::sample::select(DRIVERS.to_vec()),
        fates in prop::collection::vec(prop::sample::select(history::FATES.to_vec()), 0..5),
        polls in 0..24_usize,
    ) {
        let (records, panicked) = told(driver, &fates, polls);
        let told = words(&records);
        let ends = records.iter().filter(|record| record.is_final()).count();
        prop_assert_eq!(ends, usize::from(polls > 0), "{:?} {:?}", driver, told);
        prop_assert_eq!(records.first().map(EventRecord::as_str), (polls > 0).then_some("call_started"));
        prop_assert!(records.last().is_none_or(EventRecord::is_final), "{:?} {:?}", driver, told);
        prop_assert_eq!(panicked, told.contains(&"panicked"), "{:?} {:?}", driver, told);
        // A retry follows a failure, and a failure is followed by a retry or the end.
        for pair in told.windows(2) {
            prop_assert!(pair[1] != AGAIN || [FAILED, "hint_received"].contains(&pair[0]), "{:?}", told);
            prop_assert!(pair[0] != FAILED || pair[1] != FAILED, "{:?}", told);
        }
    }
}
