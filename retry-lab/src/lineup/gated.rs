//! The handles of the named line-ups: the one place that knows what gates a handle can have.

use retry_core::{CircuitBreaker, ErrorKind, Preset, RateLimit, Retry};
use retry_core::{RetryBudget, RetryPolicy, presets};

use crate::lineup::{Lineup, Seat};

/// The policy alone: the budget that a handle comes with is taken off.
pub(super) fn bare(policy: RetryPolicy) -> Retry {
    Retry::new(policy).without_budget()
}

/// The policy and a retry budget: what a handle comes with, and what the bare attribute has.
pub(super) fn budget(seat: Seat) -> Retry {
    Retry::new(seat.policy())
}

/// The policy with the gates of the standard preset.
pub(super) fn standard(seat: Seat) -> Retry {
    const STANDARD: Preset = presets::STANDARD;
    let breaker = STANDARD.circuit_breaker().unwrap_or_default();
    // What is transient in these worlds is a conflict under an optimistic lock: an answer of one
    // who is there. In other programs it may be an outage, so a breaker has to be told.
    let breaker = breaker.with_failures(breaker.failures().without(ErrorKind::Transient));
    let limit = STANDARD.rate_limit().unwrap_or_default();
    Retry::new(seat.policy())
        .with_budget(RetryBudget::default())
        .with_circuit_breaker(CircuitBreaker::new(breaker).with_seed(seat.seed()))
        .with_rate_limit(RateLimit::new(limit))
}

/// The line-ups of the tables, from one end of the scale to the other.
#[must_use]
pub fn everyone() -> Vec<Lineup> {
    vec![
        Lineup::no_retry(),
        Lineup::backoff(),
        Lineup::budget(),
        Lineup::standard(),
        Lineup::oracle(),
    ]
}
