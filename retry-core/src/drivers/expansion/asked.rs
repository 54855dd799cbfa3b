//! What a call over a handle asks about an error: the error, or the handle's own classifier.
//!
//! A plain handle leaves it to the error, and the attribute can ask any error type; a handle with
//! another classifier has to be asked itself, and then that one has to know the type. Which of the
//! two a handle is stands in its type, so it is found as in [`probe`](super::probe), by method
//! resolution at the annotated function.

use crate::drivers::retry::Retry;
use crate::seams::classify::{ByClassify, Classifier};
use crate::values::attempt::Attempt;
use crate::values::kind::Verdict;

/// The handle that `retry` says, as a field: there `&Arc<Retry>` becomes `&Retry` by itself, what it
/// borrows from lives as long as the statement, and a wrong type is shown at the expression.
#[derive(Debug)]
pub struct Lent<'a, C> {
    pub handle: &'a Retry<C>,
}

impl<C> Lent<'_, C> {
    /// A handle of the call's own, so that the body may borrow what the handle is part of.
    #[must_use]
    pub fn clone_handle(self) -> Retry<C>
    where
        C: Clone,
    {
        self.handle.clone()
    }
}

/// An error before the classifier of a handle: `(&&Asked(…)).retry_own(…)`.
#[derive(Debug)]
pub struct Asked<'a, C, E: ?Sized>(pub &'a C, pub &'a E, pub &'a Attempt);

/// A handle that leaves it to the error.
pub trait OwnByError {
    fn retry_own(&self, own: impl FnOnce() -> Verdict) -> Verdict;
}

impl<E: ?Sized> OwnByError for &Asked<'_, ByClassify, E> {
    fn retry_own(&self, own: impl FnOnce() -> Verdict) -> Verdict {
        own()
    }
}

/// A handle that decides by itself.
pub trait OwnByHandle<C, E: ?Sized> {
    fn retry_own(&self, own: impl FnOnce() -> Verdict) -> Verdict
    where
        C: Classifier<E>;
}

impl<C, E: ?Sized> OwnByHandle<C, E> for Asked<'_, C, E> {
    fn retry_own(&self, _: impl FnOnce() -> Verdict) -> Verdict
    where
        C: Classifier<E>,
    {
        self.0.verdict(self.1, self.2)
    }
}
