//! What each series shows: a metric, the value of its own label, and where its number is read.
//!
//! A table and not a list of statements, so that what many operations fold into can be added up
//! column by column.

use crate::adapters::metrics::catalogue::{self, MetricInfo};
use crate::adapters::metrics::reading::{GateReading, ProcessReading};
use crate::drivers::breaker::BreakerSnapshot;
use crate::machines::budget::BudgetSnapshot;
use crate::values::circuit::CircuitState;
use crate::values::counts::{MOST_RETRIES, REASONS};
use crate::values::kind::ErrorKind;
use crate::values::statistics::OperationStatistics;

/// The number of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Total(u64),
    Level(f64),
}

impl Number {
    pub(super) fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Total(a), Self::Total(b)) => Self::Total(a.saturating_add(b)),
            (Self::Level(a), Self::Level(b)) => Self::Level(a + b),
            (one, _) => one,
        }
    }
}

type Read<S> = Box<dyn Fn(&S) -> Option<Number> + Send + Sync>;

/// One series of each `S`.
pub(super) struct Column<S> {
    pub(super) metric: &'static MetricInfo,
    /// The value of the metric's own label; empty where it has none.
    pub(super) label: &'static str,
    read: Read<S>,
}

impl<S> Column<S> {
    fn new(
        metric: &'static MetricInfo,
        label: &'static str,
        read: impl Fn(&S) -> Option<Number> + Send + Sync + 'static,
    ) -> Self {
        Self { metric, label, read: Box::new(read) }
    }

    fn total(
        metric: &'static MetricInfo,
        label: &'static str,
        read: impl Fn(&S) -> u64 + Send + Sync + 'static,
    ) -> Self {
        Self::new(metric, label, move |of| Some(Number::Total(read(of))))
    }

    /// A part of a total, not there before it has happened: nine kinds and nine reasons of every
    /// operation would be mostly zeros.
    fn part(
        metric: &'static MetricInfo,
        label: &'static str,
        read: impl Fn(&S) -> u64 + Send + Sync + 'static,
    ) -> Self {
        let read = move |of: &S| Some(read(of)).filter(|count| *count > 0).map(Number::Total);
        Self::new(metric, label, read)
    }

    pub(super) fn read(&self, of: &S) -> Option<Number> {
        (self.read)(of)
    }
}

/// The attempts that retries lead to, by the number of the retry.
const ATTEMPTS: [&str; MOST_RETRIES as usize] = ["2", "3", "4", "5", "6", "7", "8", "9", "10+"];

/// Of an operation.
pub(super) fn of_calls() -> Vec<Column<OperationStatistics>> {
    type Of = OperationStatistics;
    let mut columns = vec![
        Column::total(&catalogue::CALLS, "first_try", |of: &Of| of.succeeded_at_once),
        Column::total(&catalogue::CALLS, "retried", |of: &Of| of.succeeded_after.total()),
        Column::total(&catalogue::CALLS, "gave_up", |of: &Of| of.gave_up.total()),
        Column::total(&catalogue::CALLS, "panicked", |of: &Of| of.panicked),
        Column::new(&catalogue::RETRYING, "", |of: &Of| Some(level(of.retrying))),
        Column::total(&catalogue::ATTEMPTS, "", |of: &Of| of.attempts),
        Column::total(&catalogue::HINTS, "", |of: &Of| of.hints),
        Column::total(&catalogue::WAITED, "", |of: &Of| of.waited.as_secs()),
        Column::total(&catalogue::DEAD_LETTERS, "stored", |of: &Of| of.letters_stored),
        Column::total(&catalogue::DEAD_LETTERS, "failed", |of: &Of| of.letters_failed),
    ];
    columns.extend(REASONS.map(|reason| {
        let read = move |of: &Of| of.gave_up.get(reason);
        Column::part(&catalogue::GIVEN_UP, reason.as_str(), read)
    }));
    columns.extend(ErrorKind::ALL.map(|kind| {
        let read = move |of: &Of| of.failed_attempts.get(kind);
        Column::part(&catalogue::FAILURES, kind.as_str(), read)
    }));
    columns.extend(ATTEMPTS.into_iter().zip(1..).map(|(attempt, retry)| {
        Column::part(&catalogue::RETRIES, attempt, move |of: &Of| of.retries.get(retry))
    }));
    columns
}

/// Of the gates of a service, or of an operation that names none.
pub(super) fn of_gates() -> Vec<Column<GateReading>> {
    let mut columns = breaker();
    let budget = |read: fn(&BudgetSnapshot) -> Number| {
        move |of: &GateReading| of.gates.budget.as_ref().map(read)
    };
    columns.extend([
        Column::new(&catalogue::BUDGET_TOKENS, "", budget(|of| Number::Level(of.tokens))),
        Column::new(&catalogue::BUDGET_CAPACITY, "", budget(|of| Number::Level(of.capacity))),
        Column::new(&catalogue::BUDGET_DRAWN, "", budget(|of| Number::Level(of.drawn))),
        Column::new(&catalogue::BUDGET_REFUSED, "", budget(|of| Number::Total(of.refused))),
        Column::new(&catalogue::RATE_LIMIT, "", |of: &GateReading| {
            Some(Number::Level(of.gates.rate_limit.as_ref()?.rate.unwrap_or(f64::INFINITY)))
        }),
    ]);
    columns
}

fn breaker() -> Vec<Column<GateReading>> {
    type Of = BreakerSnapshot;
    let breaker = |read: fn(&Of) -> Number| {
        move |of: &GateReading| of.gates.circuit_breaker.as_ref().map(read)
    };
    let state = |of: &Of| Number::Level(f64::from(of.state() as u8));
    let mut columns = vec![
        Column::new(&catalogue::CIRCUIT_STATE, "", breaker(state)),
        Column::new(&catalogue::CIRCUIT_OPENED, "", breaker(|of| Number::Total(of.opened()))),
        Column::new(&catalogue::CIRCUIT_REFUSED, "", breaker(|of| Number::Total(of.refused()))),
        Column::new(&catalogue::CIRCUIT_WAITING, "", breaker(|of| count(of.waiting()))),
        Column::new(&catalogue::CIRCUIT_IN_FLIGHT, "", breaker(|of| count(of.in_flight()))),
        Column::new(&catalogue::WINDOW_CALLS, "", breaker(|of| count(of.calls()))),
        Column::new(&catalogue::WINDOW_FAILURES, "", breaker(|of| count(of.failures()))),
    ];
    columns.extend(CircuitState::ALL.map(|state| {
        Column::new(&catalogue::CIRCUIT_IN_STATE, state.as_str(), move |of: &GateReading| {
            let breaker = of.gates.circuit_breaker.as_ref()?;
            Some(count((breaker.state() == state).into()))
        })
    }));
    columns.extend(CircuitState::ALL.map(|state| {
        Column::new(&catalogue::CIRCUIT_KEYS, state.as_str(), move |of: &GateReading| {
            of.keys.map(|keys| count(keys[state as usize]))
        })
    }));
    columns
}

/// Of the process.
pub(super) fn of_process() -> Vec<Column<ProcessReading>> {
    type Of = ProcessReading;
    let mut columns = vec![
        Column::total(&catalogue::PROBES, "", |of: &Of| of.shared.probes),
        Column::total(&catalogue::SETTINGS, "in_force", |of: &Of| of.shared.settings_loaded),
        Column::total(&catalogue::SETTINGS, "refused", |of: &Of| of.shared.settings_failed),
        Column::new(&catalogue::OPERATIONS, "", |of: &Of| Some(level(of.shown))),
        Column::new(&catalogue::FOLDED, "", |of: &Of| Some(level(of.folded))),
        Column::new(&catalogue::BUILD_INFO, env!("CARGO_PKG_VERSION"), |_| Some(count(1))),
    ];
    columns.extend(CircuitState::ALL.map(|state| {
        let read = move |of: &Of| of.shared.circuits.get(state);
        Column::total(&catalogue::CIRCUIT_CHANGES, state.as_str(), read)
    }));
    columns
}

fn count(count: u32) -> Number {
    Number::Level(count.into())
}

/// Beyond 2^53 the last digit is of no interest.
#[allow(clippy::cast_precision_loss)]
fn level(count: u64) -> Number {
    Number::Level(count as f64)
}
