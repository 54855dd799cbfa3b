//! The counters of one operation.
//!
//! Nearly all calls succeed at once, on many threads at a time, so these are counted in stripes: two
//! busy threads rarely meet in one cache line. Everything else belongs to a failure, which has cost
//! more than a cache line by then. All steps are relaxed: a count stands for nothing but itself.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::machines::histogram::{Histogram, Reading, Sum};
use crate::values::counts::{Counts, MOST_RETRIES, REASONS};
use crate::values::event::Event;
use crate::values::kind::ErrorKind;
use crate::values::nanos;
use crate::values::statistics::OperationStatistics;
use crate::values::stop::StopReason;

const STRIPES: usize = 8;
const BUCKETS: usize = MOST_RETRIES as usize;

/// The counters of one operation; about a kilobyte, and 3.6 more for each histogram, which is made
/// with its first time.
#[derive(Debug)]
pub(crate) struct Tally {
    at_once: [Stripe; STRIPES],
    after: [AtomicU64; BUCKETS],
    gave_up: [AtomicU64; REASONS.len()],
    panicked: AtomicU64,
    retrying: AtomicU64,
    attempts: AtomicU64,
    failed: [AtomicU64; ErrorKind::ALL.len()],
    retries: [AtomicU64; BUCKETS],
    hints: AtomicU64,
    breaker_refusals: AtomicU64,
    budget_refusals: AtomicU64,
    gate_refusals: AtomicU64,
    letters_stored: AtomicU64,
    letters_failed: AtomicU64,
    waited: Sum,
    timed: Timed,
    delays: OnceLock<Box<Histogram>>,
}

/// Two lines, since processors fetch them in pairs.
#[derive(Debug)]
#[repr(align(128))]
struct Stripe(AtomicU64);

/// Of the calls whose time is taken.
#[derive(Debug)]
struct Timed {
    /// Of those that succeeded.
    latency: OnceLock<Box<Histogram>>,
    /// How long those took that did not.
    lost: Sum,
    /// How much of both was waited.
    waited: Sum,
}

/// What is known of a call beside the event that is counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counting {
    /// A failure of the same call was counted before.
    pub(crate) failed_before: bool,
    /// The times of calls are wanted.
    pub(crate) latency: bool,
}

fn one_more(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

fn record(histogram: &OnceLock<Box<Histogram>>, time: Duration) {
    let histogram = histogram.get_or_init(|| Box::new(Histogram::new()));
    histogram.record(nanos::saturating(time));
}

/// The bucket of a retry, by its number from 1.
fn bucket(retry: u32) -> usize {
    retry.clamp(1, MOST_RETRIES) as usize - 1
}

impl Tally {
    pub(crate) const fn new() -> Self {
        Self {
            at_once: [const { Stripe(AtomicU64::new(0)) }; STRIPES],
            after: [const { AtomicU64::new(0) }; BUCKETS],
            gave_up: [const { AtomicU64::new(0) }; REASONS.len()],
            panicked: AtomicU64::new(0),
            retrying: AtomicU64::new(0),
            attempts: AtomicU64::new(0),
            failed: [const { AtomicU64::new(0) }; ErrorKind::ALL.len()],
            retries: [const { AtomicU64::new(0) }; BUCKETS],
            hints: AtomicU64::new(0),
            breaker_refusals: AtomicU64::new(0),
            budget_refusals: AtomicU64::new(0),
            gate_refusals: AtomicU64::new(0),
            letters_stored: AtomicU64::new(0),
            letters_failed: AtomicU64::new(0),
            waited: Sum::new(),
            timed: Timed { latency: OnceLock::new(), lost: Sum::new(), waited: Sum::new() },
            delays: OnceLock::new(),
        }
    }

    /// A call succeeded at its first attempt, on the thread of this number.
    #[inline]
    pub(crate) fn succeeded_at_once(&self, thread: usize) {
        self.at_once[thread % STRIPES].0.fetch_add(1, Ordering::Relaxed);
    }

    /// How long a call took that succeeded.
    pub(crate) fn took(&self, time: Duration) {
        record(&self.timed.latency, time);
    }

    /// Something happened to a call. A success at the first attempt is counted elsewhere.
    pub(crate) fn count(&self, event: &Event<'_>, counting: Counting) {
        match event {
            Event::AttemptFailed { kind, .. } => {
                one_more(&self.failed[*kind as usize]);
                if !counting.failed_before {
                    one_more(&self.retrying);
                }
            }
            Event::HintReceived { .. } => one_more(&self.hints),
            Event::RetryScheduled { attempt, delay, .. } => {
                one_more(&self.retries[bucket(attempt - 1)]);
                record(&self.delays, *delay);
            }
            Event::GateRefused { refusal, .. } => one_more(match refusal.reason() {
                StopReason::CircuitOpen => &self.breaker_refusals,
                _ => &self.gate_refusals,
            }),
            Event::BudgetExhausted { .. } => one_more(&self.budget_refusals),
            Event::DeadLetter { failed: None, .. } => one_more(&self.letters_stored),
            Event::DeadLetter { failed: Some(_), .. } => one_more(&self.letters_failed),
            end => self.count_end(end, counting),
        }
    }

    fn count_end(&self, event: &Event<'_>, counting: Counting) {
        let (attempts, waited, elapsed) = match event {
            Event::Succeeded { attempts, elapsed, waited, .. } => {
                one_more(&self.after[bucket(attempts - 1)]);
                (*attempts, *waited, *elapsed)
            }
            Event::GaveUp { attempts, reason, elapsed, waited, .. } => {
                one_more(&self.gave_up[*reason as usize]);
                (*attempts, *waited, *elapsed)
            }
            Event::Panicked { attempt, .. } => {
                one_more(&self.panicked);
                (*attempt, Duration::ZERO, None)
            }
            // It is no end of a call.
            _ => return,
        };
        if counting.failed_before {
            self.retrying.fetch_sub(1, Ordering::Relaxed);
        }
        self.attempts.fetch_add(u64::from(attempts), Ordering::Relaxed);
        self.waited.add(nanos::saturating(waited));
        if let Some(elapsed) = elapsed.filter(|_| counting.latency) {
            self.timed.waited.add(nanos::saturating(waited));
            match event {
                Event::Succeeded { .. } => self.took(elapsed),
                _ => self.timed.lost.add(nanos::saturating(elapsed)),
            }
        }
    }

    /// What was counted so far.
    pub(crate) fn read(&self) -> Read {
        let mut delays = Reading::default();
        let mut latency = Reading::default();
        self.delays.get().iter().for_each(|histogram| histogram.add_to(&mut delays));
        self.timed.latency.get().iter().for_each(|histogram| histogram.add_to(&mut latency));
        let at_once = self.at_once.iter().map(|stripe| read(&stripe.0)).sum();
        let counts = OperationStatistics {
            succeeded_at_once: at_once,
            succeeded_after: Counts::new(1..=MOST_RETRIES, |i| read(&self.after[i])),
            gave_up: Counts::new(REASONS, |i| read(&self.gave_up[i])),
            panicked: read(&self.panicked),
            retrying: read(&self.retrying),
            attempts: at_once + read(&self.attempts),
            failed_attempts: Counts::new(ErrorKind::ALL, |i| read(&self.failed[i])),
            retries: Counts::new(1..=MOST_RETRIES, |i| read(&self.retries[i])),
            hints: read(&self.hints),
            breaker_refusals: read(&self.breaker_refusals),
            budget_refusals: read(&self.budget_refusals),
            gate_refusals: read(&self.gate_refusals),
            letters_stored: read(&self.letters_stored),
            letters_failed: read(&self.letters_failed),
            waited: self.waited.read(),
            ..OperationStatistics::default()
        };
        let (lost, timed_waited) = (self.timed.lost.read(), self.timed.waited.read());
        Read { counts, delays, latency, lost, timed_waited }
    }
}

/// What several tallies have counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Read {
    counts: OperationStatistics,
    delays: Reading,
    latency: Reading,
    lost: Duration,
    timed_waited: Duration,
}

impl Read {
    /// Adds what another has.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.counts.add(&other.counts);
        self.delays.merge(&other.delays);
        self.latency.merge(&other.latency);
        self.lost = self.lost.saturating_add(other.lost);
        self.timed_waited = self.timed_waited.saturating_add(other.timed_waited);
    }

    /// Calls that have ended, or have failed at least once.
    pub(crate) fn calls(&self) -> u64 {
        self.counts.calls()
    }

    /// The delays before retries.
    #[cfg(feature = "metrics")]
    pub(crate) const fn delays(&self) -> &Reading {
        &self.delays
    }

    /// How long the calls took that succeeded.
    #[cfg(feature = "metrics")]
    pub(crate) const fn latency(&self) -> &Reading {
        &self.latency
    }

    /// As it is shown, under this name.
    pub(crate) fn statistics(self, name: &str, service: Option<&str>) -> OperationStatistics {
        let (delays, latency) = (self.delays.statistics(), self.latency.statistics());
        let time = latency.sum.saturating_add(self.lost).as_secs_f64();
        // What was waited is known to a tenth of a millisecond, and may round up.
        let impact = (time > 0.0).then(|| (self.timed_waited.as_secs_f64() / time).min(1.0));
        OperationStatistics {
            name: name.to_owned(),
            service: service.map(ToOwned::to_owned),
            delays,
            latency,
            latency_impact: impact,
            ..self.counts
        }
    }
}
