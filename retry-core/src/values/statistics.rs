//! What was counted, as plain data.

use std::time::Duration;

use crate::values::counts::Counts;
use crate::values::kind::ErrorKind;
use crate::values::stop::StopReason;

/// What was counted of one operation, or of all.
///
/// A call is counted at its end, whatever the end is, and once before it where its first attempt
/// fails: then it is [`retrying`](Self::retrying) until it ends. Attempts that fail are counted as they
/// fail.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct OperationStatistics {
    /// The name of the function or handle. `unnamed` for all handles without one, `other` for those
    /// beyond the names that are kept, `total` for all operations together.
    pub name: String,
    /// The service that it calls, if it names one.
    pub service: Option<String>,
    /// Calls that succeeded at the first attempt.
    pub succeeded_at_once: u64,
    /// Calls that succeeded after this many retries; 9 stands for 9 and more.
    pub succeeded_after: Counts<u32>,
    /// Calls that ended without a success, by the reason.
    pub gave_up: Counts<StopReason>,
    /// Calls that ended with a panic of the operation.
    pub panicked: u64,
    /// Calls that have failed at least once and have not ended.
    pub retrying: u64,
    /// Attempts made by the calls that have ended.
    pub attempts: u64,
    /// Attempts that failed, by the sort of the failure.
    pub failed_attempts: Counts<ErrorKind>,
    /// Retries that were scheduled, by their number: 1 is the second attempt, 9 stands for 9 and
    /// more. Some of them may not have been made.
    pub retries: Counts<u32>,
    /// Failures that came with a wait that the other side asked for.
    pub hints: u64,
    /// Calls that a circuit breaker refused an attempt.
    pub breaker_refusals: u64,
    /// Calls that a budget refused a retry.
    pub budget_refusals: u64,
    /// Calls that another gate refused an attempt: a throttle, a rate limit, one's own.
    pub gate_refusals: u64,
    /// Dead letters that their sink has taken.
    pub letters_stored: u64,
    /// Dead letters that their sink has not taken.
    pub letters_failed: u64,
    /// How long the calls that have ended waited between their attempts, all together.
    pub waited: Duration,
    /// The delays before retries, as they were scheduled.
    pub delays: TimeStatistics,
    /// How long the calls took that succeeded, with their retries and waits. Empty where latency is
    /// not [measured](crate::Statistics::enable_with_latency).
    pub latency: TimeStatistics,
    /// Which part, from 0 to 1, of the time of all calls went to waits between attempts; `None` where
    /// latency is not measured.
    pub latency_impact: Option<f64>,
}

/// How long something took: how often, how long together, and how it is spread.
///
/// A quantile is at most 6.25 % above what it stands for, and never below; one below a microsecond
/// reads as a microsecond, one above 38 hours as the longest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimeStatistics {
    /// How many times were recorded.
    pub count: u64,
    /// All of them together.
    pub sum: Duration,
    /// Half of them took no longer.
    pub p50: Duration,
    /// Nine of ten took no longer.
    pub p90: Duration,
    /// 99 of a hundred took no longer.
    pub p99: Duration,
    /// 999 of a thousand took no longer.
    pub p99_9: Duration,
    /// The longest.
    pub max: Duration,
}

impl OperationStatistics {
    /// Calls that have ended, or have failed at least once. One in its first attempt is not counted
    /// yet.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.ended() + self.retrying
    }

    /// Calls that have ended.
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.succeeded() + self.gave_up.total() + self.panicked
    }

    /// Calls that succeeded, at once or after retries.
    #[must_use]
    pub fn succeeded(&self) -> u64 {
        self.succeeded_at_once + self.succeeded_after.total()
    }

    /// Which part, from 0 to 1, of the calls that ended did so with a success; `None` before any has.
    #[must_use]
    pub fn success_ratio(&self) -> Option<f64> {
        ratio(self.succeeded(), self.ended())
    }

    /// Adds the counts of another; what a histogram says has to be read anew.
    pub(crate) fn add(&mut self, other: &Self) {
        self.succeeded_after.add(&other.succeeded_after);
        self.gave_up.add(&other.gave_up);
        self.failed_attempts.add(&other.failed_attempts);
        self.retries.add(&other.retries);
        self.waited = self.waited.saturating_add(other.waited);
        let counts = [
            (&mut self.succeeded_at_once, other.succeeded_at_once),
            (&mut self.panicked, other.panicked),
            (&mut self.retrying, other.retrying),
            (&mut self.attempts, other.attempts),
            (&mut self.hints, other.hints),
            (&mut self.breaker_refusals, other.breaker_refusals),
            (&mut self.budget_refusals, other.budget_refusals),
            (&mut self.gate_refusals, other.gate_refusals),
            (&mut self.letters_stored, other.letters_stored),
            (&mut self.letters_failed, other.letters_failed),
        ];
        for (mine, theirs) in counts {
            *mine += theirs;
        }
    }
}

/// The precision of a share is enough for one.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
