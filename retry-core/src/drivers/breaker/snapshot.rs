//! What a breaker looks like at one moment.

use std::sync::Arc;
use std::time::Duration;

use crate::drivers::breaker::CircuitBreaker;
use crate::machines::breaker::{Counts, Report};
use crate::values::breaker_policy::BreakerPolicy;
use crate::values::circuit::CircuitState;
use crate::values::kind::ErrorKind;

/// A breaker at one moment, for a dashboard or a log.
#[derive(Clone, Debug)]
pub struct BreakerSnapshot {
    name: Option<Arc<str>>,
    policy: BreakerPolicy,
    state: CircuitState,
    counts: Counts,
    report: Report,
    tried_in: Option<Duration>,
}

impl CircuitBreaker {
    /// What it looks like now. The numbers are read one after another while calls go on.
    #[must_use]
    pub fn snapshot(&self) -> BreakerSnapshot {
        let now = self.0.own_now();
        let report = self.0.machine.report();
        let left = report.open_until.map(|until| until.saturating_sub(now));
        BreakerSnapshot {
            name: self.0.name(),
            policy: self.policy(),
            state: self.state(),
            counts: self.0.machine.counts(now),
            tried_in: left.map(Duration::from_nanos),
            report,
        }
    }
}

impl BreakerSnapshot {
    /// The name of the breaker, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The policy in force: settings may have changed what it was made from.
    #[must_use]
    pub const fn policy(&self) -> &BreakerPolicy {
        &self.policy
    }

    /// What it does with calls.
    #[must_use]
    pub const fn state(&self) -> CircuitState {
        self.state
    }

    /// How many calls the window holds.
    #[must_use]
    pub const fn calls(&self) -> u32 {
        self.counts.calls
    }

    /// How many of them failed.
    #[must_use]
    pub const fn failures(&self) -> u32 {
        self.counts.failures
    }

    /// How many of them were slow.
    #[must_use]
    pub const fn slow(&self) -> u32 {
        self.counts.slow
    }

    /// How many calls wait for the circuit to close.
    #[must_use]
    pub const fn waiting(&self) -> u32 {
        self.report.waiting
    }

    /// How many attempts are under way to try the other side, or were let in after it came back.
    /// Those under a closed circuit are not counted.
    #[must_use]
    pub const fn in_flight(&self) -> u32 {
        self.report.in_flight
    }

    /// How often it has opened.
    #[must_use]
    pub const fn opened(&self) -> u64 {
        self.report.opened
    }

    /// How often it would have opened while it only observed.
    #[must_use]
    pub const fn would_have_opened(&self) -> u64 {
        self.report.would_have_opened
    }

    /// How many calls it has refused.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.report.refused
    }

    /// The sort and the text of the failure that opened it last.
    #[must_use]
    pub fn cause(&self) -> Option<(ErrorKind, &str)> {
        self.report.cause.as_ref().map(|(kind, text)| (*kind, &**text))
    }

    /// How long until it is tried again; `None` unless it is open.
    #[must_use]
    pub const fn tried_in(&self) -> Option<Duration> {
        self.tried_in
    }
}
