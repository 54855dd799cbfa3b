//! Every call is counted once, whatever becomes of it and whichever way it is driven, and the counts
//! are what an observer saw.

#![cfg(feature = "macros")]

mod lives;

use std::sync::{Arc, Mutex};

use lives::{DRIVERS, FATES, Fate, History, NAMES};
use proptest::prelude::*;
use retry_core::{
    Event, Observer, OperationStatistics, Statistics, StatisticsSnapshot, StopReason, observe,
};

/// What is known of a name from its events alone.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// The kind, the hint, the number of the retry and its delay, the reason.
    events: Vec<String>,
    started: u64,
    at_once: u64,
    after: [u64; 9],
    panicked: u64,
    attempts: u64,
    timed: u64,
    waited: std::time::Duration,
    delayed: std::time::Duration,
}

impl Seen {
    fn take(&mut self, event: &Event<'_>, with_latency: bool) {
        let mut say = |text: String| self.events.push(text);
        match event {
            Event::CallStarted { .. } => self.started += 1,
            Event::AttemptFailed { kind, .. } => say(format!("failed {kind}")),
            Event::HintReceived { .. } => say("hint".to_owned()),
            Event::RetryScheduled { attempt, delay, .. } => {
                self.delayed += *delay;
                say(format!("retry {}", attempt - 1));
            }
            Event::Succeeded { attempts, waited, elapsed, .. } => {
                match attempts {
                    1 => self.at_once += 1,
                    _ => self.after[*attempts as usize - 2] += 1,
                }
                self.attempts += u64::from(*attempts);
                self.waited += *waited;
                self.timed += u64::from(with_latency);
                assert!(!with_latency || elapsed.is_some());
            }
            Event::GaveUp { attempts, reason, waited, .. } => {
                say(format!("gave up {}", reason.as_str()));
                self.attempts += u64::from(*attempts);
                self.waited += *waited;
            }
            Event::Panicked { attempt, .. } => {
                self.panicked += 1;
                self.attempts += u64::from(*attempt);
            }
            other => panic!("{other:?}"),
        }
    }

    fn count(&self, event: &str) -> u64 {
        self.events.iter().filter(|seen| *seen == event).count() as u64
    }
}

#[derive(Debug, Default)]
struct Recorder {
    seen: Mutex<[Seen; NAMES.len()]>,
    with_latency: Mutex<bool>,
}

#[derive(Debug)]
struct Listener(Arc<Recorder>);

impl Observer for Listener {
    fn observe(&self, event: &Event<'_>) {
        let name = event.labels().unwrap().name.unwrap();
        let place = NAMES.iter().position(|known| *known == name).unwrap();
        self.0.seen.lock().unwrap()[place].take(event, *self.0.with_latency.lock().unwrap());
    }
}

fn assert_counted(seen: &Seen, counted: &OperationStatistics) {
    assert_eq!(counted.succeeded_at_once, seen.at_once);
    for (retries, count) in counted.succeeded_after.iter() {
        assert_eq!(count, seen.after[retries as usize - 1], "after {retries}");
    }
    for (reason, count) in counted.gave_up.iter() {
        assert_eq!(count, seen.count(&format!("gave up {}", reason.as_str())), "{reason:?}");
    }
    for (kind, count) in counted.failed_attempts.iter() {
        assert_eq!(count, seen.count(&format!("failed {kind}")), "{kind}");
    }
    for (retry, count) in counted.retries.iter() {
        assert_eq!(count, seen.count(&format!("retry {retry}")), "retry {retry}");
    }
    assert_eq!(counted.hints, seen.count("hint"));
    assert_eq!(counted.panicked, seen.panicked);
    assert_eq!(counted.attempts, seen.attempts);
    assert_eq!(counted.waited, seen.waited);
    assert_eq!(counted.delays.count, counted.retries.total());
    assert_eq!(counted.delays.sum, seen.delayed);
    assert_eq!(counted.latency.count, seen.timed);
    // Nothing is under way, so all that have begun have ended, each once.
    assert_eq!(
        (counted.calls(), counted.ended(), counted.retrying),
        (seen.started, seen.started, 0)
    );
    let ends = counted.succeeded_at_once + counted.succeeded_after.total();
    assert_eq!(counted.ended(), ends + counted.gave_up.total() + counted.panicked);
}

fn of(snapshot: &StatisticsSnapshot, name: &str) -> OperationStatistics {
    let known = snapshot.operations.iter().find(|operation| operation.name == name);
    known.cloned().unwrap_or_default()
}

#[test]
fn every_call_is_counted_once_and_as_an_observer_sees_it() {
    let recorder = Arc::new(Recorder::default());
    let _observation = observe(Listener(Arc::clone(&recorder)));
    let histories = (
        prop::sample::select(DRIVERS.to_vec()),
        prop::collection::vec(prop::sample::select(FATES.to_vec()), 0..5),
        0..24_usize,
        any::<bool>(),
    );
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) };
    proptest!(config, |((driver, fates, polls, with_latency) in histories)| {
        if with_latency {
            Statistics::enable_with_latency();
        } else {
            Statistics::enable();
        }
        *recorder.with_latency.lock().unwrap() = with_latency;
        History { driver, fates, polls }.play();
        let snapshot = Statistics::snapshot();
        let seen = recorder.seen.lock().unwrap().clone();
        for (name, seen) in NAMES.iter().zip(&seen) {
            assert_counted(seen, &of(&snapshot, name));
        }
    });
    let total = Statistics::snapshot().total;
    // Or the histories have not gone where they should.
    assert!(total.succeeded_at_once > 0 && total.succeeded_after.total() > 0 && total.panicked > 0);
    for reason in [StopReason::AttemptsExhausted, StopReason::Cancelled, StopReason::HintTooLong] {
        assert!(total.gave_up.get(reason) > 0, "{reason:?}");
    }
    assert!(total.latency_impact.is_some_and(|impact| impact > 0.0 && impact < 1.0));
    assert!(FATES.contains(&Fate::Forgotten));
}
