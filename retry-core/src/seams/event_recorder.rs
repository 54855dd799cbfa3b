//! An observer for tests: it keeps what happens, and says whether that is what should have.
//!
//! Tests run at the same time and in one process, so one that looks at everything sees the calls of
//! its neighbours. Hence a test asks for the events of one operation, by its name.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::seams::observe::Observer;
use crate::values::event::Event;
use crate::values::event_record::EventRecord;

/// How many events are kept.
const MOST: usize = 1 << 16;

/// Keeps the events that it is told, for tests. Clones share what they keep.
///
/// ```
/// use std::io;
/// use retry_core::{EventRecorder, ManualClock, Retry, RetryPolicy};
///
/// let recorder = EventRecorder::new();
/// let retry = Retry::new(RetryPolicy::new())
///     .with_name("stock")
///     .with_clock(ManualClock::new())
///     .with_observer(recorder.clone());
///
/// let mut answers = [Err(io::Error::from(io::ErrorKind::ConnectionReset)), Ok(7)].into_iter();
/// retry.run_blocking(|| answers.next().unwrap()).unwrap();
/// recorder.assert_events(
///     "stock",
///     &["call_started", "attempt_failed", "retry_scheduled", "succeeded"],
/// );
/// ```
///
/// Annotated functions have no handle to give it to: [`observe`](crate::observe) has it told of them.
/// It keeps 65536 events; of those that come later it only [counts](Self::lost) how many.
#[derive(Clone, Debug, Default)]
pub struct EventRecorder(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    records: Vec<EventRecord>,
    lost: u64,
}

impl EventRecorder {
    /// One that has kept nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The events of the calls of this name, in the order in which they came.
    #[must_use]
    pub fn of(&self, name: &str) -> Vec<EventRecord> {
        let named =
            |record: &&EventRecord| record.labels().is_some_and(|labels| labels.name == Some(name));
        self.lock().records.iter().filter(named).cloned().collect()
    }

    /// All events, in the order in which they came.
    #[must_use]
    pub fn all(&self) -> Vec<EventRecord> {
        self.lock().records.clone()
    }

    /// Takes out all events, so that there is room for as many again; [`lost`](Self::lost) begins
    /// anew too.
    #[must_use = "the events are in no other place"]
    pub fn take(&self) -> Vec<EventRecord> {
        std::mem::take(&mut *self.lock()).records
    }

    /// How many events it had no room for.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lock().lost
    }

    /// Demands that what happened to the calls of this name is this and in this order, as
    /// [`Event::as_str`] says it.
    ///
    /// # Panics
    ///
    /// When it is anything else, with both in one list; and when events were lost, since nobody
    /// knows whose they were.
    #[track_caller]
    pub fn assert_events(&self, name: &str, expected: &[&str]) {
        let (lost, happened) = (self.lost(), self.of(name));
        assert!(lost == 0, "{lost} events were lost: a recorder keeps {MOST} until they are taken");
        let same = happened.iter().map(EventRecord::as_str).eq(expected.iter().copied());
        assert!(same, "{}", Difference { name, expected, happened: &happened });
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for EventRecorder {
    fn observe(&self, event: &Event<'_>) {
        // An error that is displayed may make calls, or panic.
        let record = EventRecord::of(event);
        let mut kept = self.lock();
        if kept.records.len() < MOST {
            kept.records.push(record);
        } else {
            kept.lost += 1;
        }
    }
}

/// What was expected beside what happened.
struct Difference<'a> {
    name: &'a str,
    expected: &'a [&'a str],
    happened: &'a [EventRecord],
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the events of `{}` (- expected, + happened):", self.name)?;
        let lengths = self.common_lengths();
        let (mut at, mut seen) = (0, 0);
        while at < self.expected.len() || seen < self.happened.len() {
            let rest = (self.expected.get(at), self.happened.get(seen));
            let sign = match rest {
                (Some(expected), Some(happened)) if *expected == happened.as_str() => ' ',
                (Some(_), None) => '-',
                (Some(_), Some(_)) if lengths[at + 1][seen] >= lengths[at][seen + 1] => '-',
                _ => '+',
            };
            f.write_str("\n")?;
            match rest {
                (Some(expected), _) if sign == '-' => write!(f, "- {expected}")?,
                (_, Some(happened)) => write!(f, "{sign} {happened}")?,
                (_, None) => {}
            }
            at += usize::from(sign != '+');
            seen += usize::from(sign != '-');
        }
        f.write_char('\n')
    }
}

impl Difference<'_> {
    /// How many events the two lists have in common, from each pair of places on.
    fn common_lengths(&self) -> Vec<Vec<usize>> {
        let (expected, happened) = (self.expected, self.happened);
        let mut lengths = vec![vec![0; happened.len() + 1]; expected.len() + 1];
        for at in (0..expected.len()).rev() {
            for seen in (0..happened.len()).rev() {
                lengths[at][seen] = if expected[at] == happened[seen].as_str() {
                    lengths[at + 1][seen + 1] + 1
                } else {
                    lengths[at + 1][seen].max(lengths[at][seen + 1])
                };
            }
        }
        lengths
    }
}
