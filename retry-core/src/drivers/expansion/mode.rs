//! What a call can meet besides its own failures, and what it keeps because of that.
//!
//! A call that nothing can end but its own attempts, and the process during a wait between them,
//! always has an outcome to end with: that lives in the loop, across the wait and no longer, so that
//! the body's future has its place otherwise. Such a call reads no clock, and asks nothing of the
//! error type. One with a time limit
//! keeps its newest outcome. One with gates also keeps its way through them. Which of these a
//! function is stands in the constants of its attribute, so the difference is a type.

use crate::drivers::gates::Passage;
use crate::drivers::services::{Shared, SharedRef};
use crate::values::policy::RetryPolicy;

/// A call that ends with an outcome of its own.
pub const PLAIN: u8 = 0;
/// A call that can be cut.
pub const TIMED: u8 = 1;
/// A call that can be refused.
pub const GATED: u8 = 2;

/// The mode of the calls of a function.
#[must_use]
pub const fn mode(policy: &RetryPolicy, gated: bool) -> u8 {
    if gated {
        GATED
    } else if policy.can_cut() {
        TIMED
    } else {
        PLAIN
    }
}

/// What a call of a mode keeps.
pub trait Keep {
    /// The newest outcome.
    type Slot<R>: Default;
    /// The way through the gates.
    type Way;

    fn put<R>(slot: &mut Self::Slot<R>, outcome: R);
    fn take<R>(slot: &mut Self::Slot<R>) -> Option<R>;
    fn way(way: &mut Self::Way) -> Option<&mut Way>;
}

/// Says that a call keeps its newest outcome itself, and its loop need not.
#[derive(Debug)]
pub struct Kept;

/// A mode as a type.
#[derive(Debug)]
pub struct Mode<const MODE: u8>;

impl Keep for Mode<PLAIN> {
    type Slot<R> = ();
    type Way = ();

    fn put<R>((): &mut (), _: R) {}
    fn take<R>((): &mut ()) -> Option<R> {
        None
    }
    #[inline]
    fn way((): &mut ()) -> Option<&mut Way> {
        None
    }
}

impl Keep for Mode<TIMED> {
    type Slot<R> = Option<R>;
    type Way = ();

    fn put<R>(slot: &mut Option<R>, outcome: R) {
        *slot = Some(outcome);
    }
    fn take<R>(slot: &mut Option<R>) -> Option<R> {
        slot.take()
    }
    #[inline]
    fn way((): &mut ()) -> Option<&mut Way> {
        None
    }
}

impl Keep for Mode<GATED> {
    type Slot<R> = Option<R>;
    type Way = Way;

    fn put<R>(slot: &mut Option<R>, outcome: R) {
        *slot = Some(outcome);
    }
    fn take<R>(slot: &mut Option<R>) -> Option<R> {
        slot.take()
    }
    fn way(way: &mut Way) -> Option<&mut Way> {
        Some(way)
    }
}

/// The gates of a call, and its way through them.
#[derive(Debug)]
pub struct Way {
    pub(super) shared: SharedRef,
    pub(super) passage: Passage,
}

impl Way {
    pub(super) fn new(shared: SharedRef) -> Self {
        Self { shared, passage: Passage::default() }
    }
}

/// The gates of a call and its way through them, where it has any.
#[inline]
pub(super) fn split<const MODE: u8>(
    way: &mut <Mode<MODE> as Keep>::Way,
) -> (Option<&Shared>, Option<&mut Passage>)
where
    Mode<MODE>: Keep,
{
    match Mode::<MODE>::way(way) {
        None => (None, None),
        Some(Way { shared, passage }) => (Some(shared), Some(passage)),
    }
}
