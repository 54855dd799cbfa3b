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

impl<C: Clone> Lent<'_, C> {
    /// A handle of the call's own, so that the body may borrow what the handle is part of.
    #[must_use]
    pub fn cloned(self) -> Retry<C> {
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
        C: ClassifierOf<E>;
}

impl<C, E: ?Sized> OwnByHandle<C, E> for Asked<'_, C, E> {
    fn retry_own(&self, _: impl FnOnce() -> Verdict) -> Verdict
    where
        C: ClassifierOf<E>,
    {
        self.0.verdict_of_handle(self.1, self.2)
    }
}

#[diagnostic::on_unimplemented(
    message = "the classifier of this handle cannot be asked about a `{E}`",
    label = "the function fails with a `{E}`, for which `{Self}` is no `Classifier`",
    note = "take a handle whose `retry_if` or `classify_with` takes a `&{E}`, or a plain one: the conditions can also stand in the attribute"
)]
pub trait ClassifierOf<E: ?Sized> {
    fn verdict_of_handle(&self, error: &E, attempt: &Attempt) -> Verdict;
}

#[diagnostic::do_not_recommend]
impl<E: ?Sized, C: Classifier<E>> ClassifierOf<E> for C {
    fn verdict_of_handle(&self, error: &E, attempt: &Attempt) -> Verdict {
        self.verdict(error, attempt)
    }
}
