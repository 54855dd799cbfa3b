//! The handles of the named line-ups: the one place that knows what gates a handle can have.
//!
//! Everything else in the lab takes a [`Retry`] as it comes. When the handle learns a new gate,
//! the functions here are what changes, and [`everyone`] is where a line-up joins the tables.

use retry_core::{Retry, RetryPolicy};

use crate::lineup::{Lineup, Seat};

/// The policy alone: a gate that a handle comes with by itself has to be taken off here.
pub(super) fn bare(policy: RetryPolicy) -> Retry {
    Retry::new(policy)
}

/// The policy and a retry budget for the process.
pub(super) fn budget(seat: Seat) -> Retry {
    // The handle has no budget yet, so this plays as `bare`.
    bare(seat.policy())
}

/// The policy and all gates of the standard preset, for the process.
pub(super) fn standard(seat: Seat) -> Retry {
    // The handle has no gates yet, so this plays as `budget`.
    budget(seat)
}

/// The line-ups of the tables, from one end of the scale to the other.
///
/// [`Lineup::budget`] and [`Lineup::standard`] belong between backoff and oracle as soon as they
/// differ from backoff.
#[must_use]
pub fn everyone() -> Vec<Lineup> {
    vec![Lineup::no_retry(), Lineup::backoff(), Lineup::oracle()]
}
