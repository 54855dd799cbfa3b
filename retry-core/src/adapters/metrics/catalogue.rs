//! Every metric: its name, its labels, its unit, and what it means.
//!
//! The one place where they stand. What is said to the recorder, the page of the manual and what the
//! example asks of Prometheus are made from this table, so that none of them can be forgotten.

use std::fmt;

use metrics::Unit;

#[doc = include_str!("../../../docs/metrics.md")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MetricInfo {
    /// Its name, as Prometheus has it.
    pub name: &'static str,
    /// Which sort of number it is.
    pub sort: MetricSort,
    /// What is counted; `seconds` for a time.
    pub unit: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it means, in a sentence.
    pub about: &'static str,
}

/// Which sort of number a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetricSort {
    /// Only grows, from the start of the process.
    Counter,
    /// Goes up and down.
    Gauge,
    /// How many values lie below each of some bounds.
    Histogram,
}

impl MetricSort {
    /// The sort in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

impl fmt::Display for MetricSort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl MetricInfo {
    const fn counter(name: &'static str, unit: &'static str, about: &'static str) -> Self {
        Self { name, sort: MetricSort::Counter, unit, labels: CALL, about }
    }

    const fn histogram(name: &'static str, about: &'static str) -> Self {
        Self { name, sort: MetricSort::Histogram, unit: "seconds", labels: CALL, about }
    }

    const fn gauge(name: &'static str, unit: &'static str, about: &'static str) -> Self {
        Self { name, sort: MetricSort::Gauge, unit, labels: GATE, about }
    }

    const fn by(self, labels: &'static [&'static str]) -> Self {
        Self { labels, ..self }
    }

    /// The unit as the recorder knows it: only a time has one there, since a recorder may put a
    /// unit into the name.
    pub(super) fn recorded_unit(&self) -> Unit {
        if self.unit == "seconds" { Unit::Seconds } else { Unit::Count }
    }

    /// The name of the label beside those of the call or of the gate, if there is one.
    pub(super) fn own_label(&self) -> Option<&'static str> {
        self.labels.iter().copied().find(|label| !CALL.contains(label))
    }
}

const CALL: &[&str] = &["operation", "service"];
/// A gate belongs to a service or to an operation that names none: one of the two is empty.
const GATE: &[&str] = CALL;
const PROCESS: &[&str] = &[];

pub(super) const CALLS: MetricInfo = MetricInfo::counter(
    "retry_calls_total",
    "calls",
    "Calls that ended, by `outcome`: `first_try`, `retried` (succeeded after retries), `gave_up`, \
     `panicked`.",
)
.by(&["operation", "service", "outcome"]);

pub(super) const GIVEN_UP: MetricInfo = MetricInfo::counter(
    "retry_given_up_total",
    "calls",
    "Calls that ended without a success, by `reason`, as `StopReason` names it.",
)
.by(&["operation", "service", "reason"]);

pub(super) const RETRYING: MetricInfo = MetricInfo::gauge(
    "retry_calls_retrying",
    "calls",
    "Calls that have failed at least once and have not ended: they wait, or try again.",
);

pub(super) const ATTEMPTS: MetricInfo = MetricInfo::counter(
    "retry_attempts_total",
    "attempts",
    "Attempts of calls that have ended. Divided by the calls: what retries multiply the load by.",
);

pub(super) const FAILURES: MetricInfo = MetricInfo::counter(
    "retry_failures_total",
    "attempts",
    "Attempts that failed, by `kind`, as `ErrorKind` names it.",
)
.by(&["operation", "service", "kind"]);

pub(super) const RETRIES: MetricInfo = MetricInfo::counter(
    "retry_retries_total",
    "attempts",
    "Retries that were scheduled, by the number of the `attempt` that they lead to; `10+` holds the \
     rest.",
)
.by(&["operation", "service", "attempt"]);

pub(super) const WAITED: MetricInfo = MetricInfo::counter(
    "retry_waited_seconds_total",
    "seconds",
    "Time that calls waited between attempts, in whole seconds. The sum of `retry_backoff_seconds` \
     has the fractions.",
);

pub(super) const HINTS: MetricInfo = MetricInfo::counter(
    "retry_hints_total",
    "hints",
    "Failures that came with a wait that the other side asks for.",
);

pub(super) const DEAD_LETTERS: MetricInfo = MetricInfo::counter(
    "retry_dead_letters_total",
    "letters",
    "Dead letters, by `fate`: `stored`, or `failed` where the sink did not take them.",
)
.by(&["operation", "service", "fate"]);

pub(super) const CALL_DURATION: MetricInfo = MetricInfo::histogram(
    "retry_call_duration_seconds",
    "From the start of a call to its success, attempts and delays together.",
);

pub(super) const BACKOFF: MetricInfo = MetricInfo::histogram(
    "retry_backoff_seconds",
    "The delays that were decided on between two attempts.",
);

pub(super) const CIRCUIT_STATE: MetricInfo = MetricInfo::gauge(
    "retry_circuit_state",
    "code",
    "What the circuit does: 0 closed, 1 observe only, 2 disabled, 3 open, 4 half-open, 5 ramping, 6 \
     forced open.",
);

pub(super) const CIRCUIT_IN_STATE: MetricInfo = MetricInfo::gauge(
    "retry_circuit_in_state",
    "0 or 1",
    "1 for the `state` that the circuit is in, 0 for the others.",
)
.by(&["operation", "service", "state"]);

pub(super) const CIRCUIT_KEYS: MetricInfo = MetricInfo::gauge(
    "retry_circuit_keys",
    "circuits",
    "Where each key has a circuit: how many of those that are kept are in which `state`.",
)
.by(&["operation", "service", "state"]);

pub(super) const CIRCUIT_OPENED: MetricInfo =
    MetricInfo::counter("retry_circuit_opened_total", "times", "How often the circuit has opened.");

pub(super) const CIRCUIT_REFUSED: MetricInfo = MetricInfo::counter(
    "retry_circuit_refused_total",
    "attempts",
    "Attempts that the circuit has refused.",
);

pub(super) const CIRCUIT_WAITING: MetricInfo = MetricInfo::gauge(
    "retry_circuit_waiting",
    "calls",
    "Calls that wait for the circuit to close.",
);

pub(super) const CIRCUIT_IN_FLIGHT: MetricInfo = MetricInfo::gauge(
    "retry_circuit_in_flight",
    "attempts",
    "Attempts under way that a circuit which was not closed has let through.",
);

pub(super) const WINDOW_CALLS: MetricInfo = MetricInfo::gauge(
    "retry_circuit_window_calls",
    "attempts",
    "Attempts in the window that the circuit decides by.",
);

pub(super) const WINDOW_FAILURES: MetricInfo =
    MetricInfo::gauge("retry_circuit_window_failures", "attempts", "Those of them that failed.");

pub(super) const BUDGET_TOKENS: MetricInfo = MetricInfo::gauge(
    "retry_budget_tokens",
    "tokens",
    "What the budget has for retries. Below zero where deposits are over before what was drawn on \
     them.",
);

pub(super) const BUDGET_CAPACITY: MetricInfo = MetricInfo::gauge(
    "retry_budget_capacity",
    "tokens",
    "The most that the last retry which asked could have found.",
);

pub(super) const BUDGET_DRAWN: MetricInfo = MetricInfo::gauge(
    "retry_budget_drawn",
    "tokens",
    "Tokens that retries have drawn and not given back.",
);

pub(super) const BUDGET_REFUSED: MetricInfo = MetricInfo::counter(
    "retry_budget_refused_total",
    "retries",
    "Retries that the budget had no token for.",
);

pub(super) const RATE_LIMIT: MetricInfo = MetricInfo::gauge(
    "retry_rate_limit_per_second",
    "attempts",
    "Attempts that the rate limit lets through in a second; `+Inf` while it is off, as it is before \
     the first throttle.",
);

pub(super) const CIRCUIT_CHANGES: MetricInfo = MetricInfo::counter(
    "retry_circuit_changes_total",
    "times",
    "How often a circuit of the process went into a `state`.",
)
.by(&["state"]);

pub(super) const PROBES: MetricInfo = MetricInfo::counter(
    "retry_probes_total",
    "attempts",
    "Attempts that were let through an open circuit to try the other side.",
)
.by(PROCESS);

pub(super) const SETTINGS: MetricInfo = MetricInfo::counter(
    "retry_settings_loads_total",
    "times",
    "How often settings were read, by `outcome`: `in_force`, or `refused` where something is wrong \
     with them.",
)
.by(&["outcome"]);

pub(super) const OPERATIONS: MetricInfo =
    MetricInfo::gauge("retry_operations", "operations", "Operations with series of their own.")
        .by(PROCESS);

pub(super) const FOLDED: MetricInfo = MetricInfo::gauge(
    "retry_folded_operations",
    "operations",
    "Operations and services beyond the most that have series of their own: operations are counted \
     under `other`, and gates are left out.",
)
.by(PROCESS);

pub(super) const BUILD_INFO: MetricInfo = MetricInfo::gauge(
    "retry_build_info",
    "1",
    "Always 1: the label says which `version` of the library runs.",
)
.by(&["version"]);

/// All of them, in the order of the manual.
pub(super) const ALL: [MetricInfo; 31] = [
    CALLS,
    GIVEN_UP,
    RETRYING,
    ATTEMPTS,
    FAILURES,
    RETRIES,
    HINTS,
    WAITED,
    CALL_DURATION,
    BACKOFF,
    DEAD_LETTERS,
    CIRCUIT_STATE,
    CIRCUIT_IN_STATE,
    CIRCUIT_KEYS,
    CIRCUIT_OPENED,
    CIRCUIT_REFUSED,
    CIRCUIT_WAITING,
    CIRCUIT_IN_FLIGHT,
    WINDOW_CALLS,
    WINDOW_FAILURES,
    BUDGET_TOKENS,
    BUDGET_CAPACITY,
    BUDGET_DRAWN,
    BUDGET_REFUSED,
    RATE_LIMIT,
    CIRCUIT_CHANGES,
    PROBES,
    SETTINGS,
    OPERATIONS,
    FOLDED,
    BUILD_INFO,
];

/// Says all of them to the recorder.
pub(super) fn describe(recorder: &dyn metrics::Recorder) {
    for metric in &ALL {
        let (name, about) = (metrics::KeyName::from_const_str(metric.name), metric.about.into());
        let unit = Some(metric.recorded_unit());
        match metric.sort {
            MetricSort::Counter => recorder.describe_counter(name, unit, about),
            MetricSort::Gauge => recorder.describe_gauge(name, unit, about),
            MetricSort::Histogram => recorder.describe_histogram(name, unit, about),
        }
    }
}
