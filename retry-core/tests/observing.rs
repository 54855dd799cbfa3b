//! Observers that misbehave, that come and go, that are slow, and the one for tests.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;

use proptest::prelude::*;
use retry_core::{
    ErrorKind, Event, EventRecord, EventRecorder, Labels, ManualClock, Observer, Queued, Refusal,
    Retry, RetryPolicy, StopReason, Tag, Text, observe,
};

fn handle(name: &'static str) -> Retry {
    Retry::new(RetryPolicy::new()).with_name(name).without_budget().with_clock(ManualClock::new())
}

fn started() -> Event<'static> {
    Event::CallStarted { labels: Labels::default() }
}

/// Panics at everything.
#[derive(Debug)]
struct Panics;

impl Observer for Panics {
    fn observe(&self, _: &Event<'_>) {
        panic!("as it does")
    }
}

#[test]
fn a_panicking_observer_harms_neither_the_call_nor_the_other_observers() {
    let recorder = EventRecorder::new();
    let retry = handle("stock").with_observer(Panics).with_observer(recorder.clone());
    let mut answers = [Err("down"), Ok(7)].into_iter();
    assert_eq!(retry.run_blocking(|| answers.next().unwrap()).unwrap(), 7);
    let expected = ["call_started", "attempt_failed", "retry_scheduled", "succeeded"];
    recorder.assert_events("stock", &expected);
}

/// Makes a call of its own when a call of another ends.
#[derive(Debug)]
struct Calls(Retry);

impl Observer for Calls {
    fn observe(&self, event: &Event<'_>) {
        let of_another =
            event.labels().is_some_and(|labels| labels.name == Some("observing::outer"));
        if event.is_final() && of_another {
            self.0.run_blocking(|| Ok::<_, String>(())).unwrap();
            // And comes and goes while it is told.
            drop(observe(EventRecorder::new()));
        }
    }
}

#[test]
fn an_observer_may_make_calls_and_is_told_of_them() {
    let recorder = EventRecorder::new();
    let _recording = observe(recorder.clone());
    let _calling = observe(Calls(handle("observing::inner")));
    handle("observing::outer").run_blocking(|| Ok::<_, String>(())).unwrap();
    recorder.assert_events("observing::outer", &["call_started", "succeeded"]);
    recorder.assert_events("observing::inner", &["call_started", "succeeded"]);
}

#[test]
fn observers_come_and_go_while_calls_run() {
    let over = AtomicBool::new(false);
    let always = EventRecorder::new();
    let retry = handle("observing::busy").with_observer(always.clone());
    thread::scope(|scope| {
        let calls = scope.spawn(|| {
            for _ in 0..2_000 {
                retry.run_blocking(|| Ok::<_, String>(())).unwrap();
            }
            over.store(true, SeqCst);
        });
        while !over.load(SeqCst) && !calls.is_finished() {
            drop(observe(EventRecorder::new()));
        }
    });
    let expected = ["call_started", "succeeded"].repeat(2_000);
    always.assert_events("observing::busy", &expected);
}

#[test]
fn an_observation_that_is_dropped_tells_nothing_more() {
    let recorder = EventRecorder::new();
    let observation = observe(recorder.clone());
    let retry = handle("observing::leaves");
    retry.run_blocking(|| Ok::<_, String>(())).unwrap();
    drop(observation);
    retry.run_blocking(|| Ok::<_, String>(())).unwrap();
    recorder.assert_events("observing::leaves", &["call_started", "succeeded"]);
}

/// Tells when it has begun with an event, and goes on when it is let.
#[derive(Debug)]
struct Slow {
    begun: Sender<EventRecord>,
    go: Mutex<Receiver<()>>,
}

impl Slow {
    fn new() -> (Self, Receiver<EventRecord>, Sender<()>) {
        let ((begun, events), (release, go)) = (mpsc::channel(), mpsc::channel());
        (Self { begun, go: Mutex::new(go) }, events, release)
    }
}

impl Observer for Slow {
    fn observe(&self, event: &Event<'_>) {
        self.begun.send(EventRecord::of(event)).unwrap();
        let _released = self.go.lock().unwrap().recv();
    }
}

#[test]
fn a_full_queue_drops_the_newest_counts_it_and_puts_it_into_no_words() {
    static WRITTEN: AtomicU32 = AtomicU32::new(0);
    struct Error;
    impl std::fmt::Display for Error {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "error {}", WRITTEN.fetch_add(1, SeqCst))
        }
    }

    let (slow, begun, release) = Slow::new();
    let queued = Queued::new(slow, 2);
    queued.observe(&started());
    assert_eq!(begun.recv().unwrap().as_str(), "call_started");
    // The observer is at the first event, and the queue is empty.
    let kind = ErrorKind::Network;
    for attempt in 1..=5 {
        let (labels, error) = (Labels::default(), Text::of(&Error));
        queued.observe(&Event::AttemptFailed { labels, attempt, kind, error });
    }
    assert_eq!((queued.dropped(), WRITTEN.load(SeqCst)), (3, 2));
    drop(release);
    let lines: Vec<_> =
        [begun.recv(), begun.recv()].map(|record| record.unwrap().to_string()).into();
    assert_eq!(
        lines,
        [
            "attempt_failed: attempt 1, network, error 0",
            "attempt_failed: attempt 2, network, error 1"
        ]
    );
}

#[test]
fn a_queue_that_is_dropped_tells_what_is_in_it() {
    let recorder = EventRecorder::new();
    let queued = Queued::new(recorder.clone(), 1_000);
    let retry = handle("stock").with_observer(queued);
    for _ in 0..100 {
        retry.run_blocking(|| Ok::<_, String>(())).unwrap();
    }
    drop(retry);
    recorder.assert_events("stock", &["call_started", "succeeded"].repeat(100));
}

#[test]
fn a_queue_without_room_drops_all() {
    let recorder = EventRecorder::new();
    let queued = Queued::new(recorder.clone(), 0);
    queued.observe(&started());
    assert_eq!((queued.dropped(), queued.capacity()), (1, 0));
    drop(queued);
    assert_eq!(recorder.all(), []);
}

/// Panics at the start of a call, and keeps the rest.
#[derive(Debug)]
struct PanicsAtFirst(EventRecorder);

impl Observer for PanicsAtFirst {
    fn observe(&self, event: &Event<'_>) {
        assert!(!matches!(event, Event::CallStarted { .. }), "as it does");
        self.0.observe(event);
    }
}

#[test]
fn a_queue_goes_on_when_its_observer_or_an_error_in_it_panics() {
    struct Unspeakable;
    impl std::fmt::Display for Unspeakable {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("as it does")
        }
    }

    let recorder = EventRecorder::new();
    let queued = Arc::new(Queued::new(PanicsAtFirst(recorder.clone()), 1));
    let (labels, kind) = (Labels::default(), ErrorKind::Network);
    let error = Text::of(&Unspeakable);
    let event = Event::AttemptFailed { labels, attempt: 1, kind, error };
    for dropped in 1..=3 {
        catch_unwind(AssertUnwindSafe(|| queued.observe(&event))).unwrap_err();
        assert_eq!(queued.dropped(), dropped, "and its place is free again");
    }
    queued.observe(&started());
    drop(queued);
    assert_eq!(recorder.all(), []);

    let queued = Queued::new(PanicsAtFirst(recorder.clone()), 9);
    let retry = handle("stock").with_observer(queued);
    retry.run_blocking(|| Ok::<_, String>(())).unwrap();
    drop(retry);
    recorder.assert_events("stock", &["succeeded"]);
}

/// Has the last of the handles to its own queue.
#[derive(Debug)]
struct HoldsItself(Mutex<Receiver<Arc<Queued>>>, Sender<()>);

impl Observer for HoldsItself {
    fn observe(&self, _: &Event<'_>) {
        drop(self.0.lock().unwrap().recv().unwrap());
        self.1.send(()).unwrap();
    }
}

#[test]
fn a_queue_that_its_own_thread_drops_does_not_wait_for_itself() {
    let ((give, take), (done, ended)) = (mpsc::channel(), mpsc::channel());
    let queued = Arc::new(Queued::new(HoldsItself(Mutex::new(take), done), 1));
    queued.observe(&started());
    give.send(queued).unwrap();
    ended.recv().unwrap();
}

#[test]
fn a_difference_is_a_list_of_what_was_expected_and_what_happened() {
    let recorder = EventRecorder::new();
    let retry = handle("stock").with_observer(recorder.clone());
    let mut answers = [Err("down\nand out"), Ok(7)].into_iter();
    retry.with_seed(7).run_blocking(|| answers.next().unwrap()).unwrap();
    let expected = ["call_started", "retry_scheduled", "gave_up"];
    let compare = || recorder.assert_events("stock", &expected);
    let panic = catch_unwind(AssertUnwindSafe(compare)).unwrap_err();
    let records = recorder.of("stock");
    assert_eq!(
        panic.downcast_ref::<String>().unwrap().lines().collect::<Vec<_>>(),
        [
            "the events of `stock` (- expected, + happened):",
            "  call_started stock",
            "+ attempt_failed stock: attempt 1, unknown, down and out",
            &format!("  {}", records[2]),
            "- gave_up",
            "+ succeeded stock: attempts 2",
        ]
    );
}

#[test]
fn a_recorder_keeps_so_many_and_says_how_many_it_lost() {
    let recorder = EventRecorder::new();
    for _ in 0..(1 << 16) + 3 {
        recorder.observe(&started());
    }
    assert_eq!((recorder.all().len(), recorder.lost()), (1 << 16, 3));
    let compare = || recorder.assert_events("stock", &[]);
    let panic = catch_unwind(AssertUnwindSafe(compare)).unwrap_err();
    assert!(panic.downcast_ref::<String>().unwrap().starts_with("3 events were lost"));
    assert_eq!(recorder.take().len(), 1 << 16);
    recorder.observe(&started());
    assert_eq!((recorder.all().len(), recorder.lost()), (1, 0));
}

proptest! {
    #[test]
    fn a_record_is_the_event_that_it_was(
        name in proptest::option::of(".*"), key in ".+", error in ".*",
        numbers in (any::<u32>(), any::<Option<std::time::Duration>>(), any::<std::time::Duration>()),
    ) {
        let (attempt, elapsed, waited) = numbers;
        let tags = [Tag::of(key, error.clone())];
        let mut labels = Labels::default();
        (labels.name, labels.service, labels.tags) = (name.as_deref(), Some(&*error), &tags);
        let refusal = Refusal::new(StopReason::Throttled).for_another(elapsed);
        let (kind, reason) = (ErrorKind::Server, StopReason::Budget);
        let (text, source) = (Text::of(&error), error.as_str());
        for event in [
            Event::CallStarted { labels },
            Event::AttemptFailed { labels, attempt, kind, error: text },
            Event::HintReceived { labels, attempt, kind, hint: waited },
            Event::RetryScheduled { labels, attempt, kind, delay: waited },
            Event::GateRefused { labels, attempt, refusal: &refusal },
            Event::BudgetExhausted { labels, attempt, kind },
            Event::Succeeded { labels, attempts: attempt, elapsed, waited },
            Event::GaveUp { labels, attempts: attempt, reason, kind: Some(kind), elapsed, waited },
            Event::Panicked { labels, attempt },
            Event::Probe { breaker: name.as_deref() },
            Event::DeadLetter { labels, failed: Some(text) },
            Event::SettingsLoaded { source, failed: None },
            Event::StoreDegraded { store: source, error: text },
            Event::StoreRecovered { store: source },
        ] {
            let record = EventRecord::of(&event);
            prop_assert_eq!(format!("{:?}", record.event()), format!("{:?}", event));
            prop_assert_eq!(&EventRecord::of(&record.event()), &record);
            prop_assert_eq!(record.to_string().lines().count(), 1);
        }
    }
}
