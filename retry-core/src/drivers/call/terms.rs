//! What a driver lends to each step of a call: whose it is, and what it goes by.

use std::fmt::Display;
use std::time::Instant;

use crate::drivers::budgets::Budgets;
use crate::drivers::gates::Gates;
use crate::drivers::observing::Observers;
use crate::drivers::seeds::Seeds;
use crate::drivers::statistics::cell::Counted;
use crate::seams::clock::Clock;
use crate::seams::gate::{Outcome, Settlement};
use crate::values::kind::{ErrorKind, Verdict};
use crate::values::labels::Labels;
use crate::values::policy::RetryPolicy;

/// What a driver knows about its calls and lends to each step of one.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'a> {
    pub(crate) policy: &'a RetryPolicy,
    pub(crate) labels: Labels<'a>,
    pub(crate) seeds: &'a Seeds,
    /// The end of the call where the caller has set one.
    pub(crate) deadline: Option<Instant>,
    pub(crate) gates: &'a Gates,
    pub(crate) budgets: Budgets<'a>,
    pub(crate) clock: &'a dyn Clock,
    /// Who is told of the calls of a handle, beside those of the process.
    pub(crate) observers: Option<&'a Observers>,
    pub(crate) counted: Counted<'a>,
}

/// How an attempt failed.
#[derive(Clone, Copy)]
pub(crate) struct Failed<'a> {
    pub(crate) verdict: Verdict,
    pub(crate) error: &'a dyn Display,
}

impl Failed<'_> {
    pub(super) fn kind(&self) -> ErrorKind {
        self.verdict.kind().unwrap_or(ErrorKind::Unknown)
    }

    /// As the gates are told.
    pub(super) fn settlement<'s>(&'s self, clock: &'s dyn Clock) -> Settlement<'s> {
        let settlement =
            Settlement::new(Outcome::Failure(self.kind()), clock).with_cause(self.error);
        match self.verdict {
            Verdict::RetryAfter(_, hint) => settlement.with_hint(hint),
            _ => settlement,
        }
    }
}

/// The end of a call that began then: the caller's deadline or the total timeout, whichever comes
/// first.
#[inline]
pub(crate) fn deadline_of(started: Option<Instant>, terms: Terms<'_>) -> Option<Instant> {
    let by_timeout = match (started, terms.policy.timeout()) {
        // A timeout beyond the end of time is none.
        (Some(started), Some(timeout)) => started.checked_add(timeout),
        _ => None,
    };
    match (by_timeout, terms.deadline) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
