//! The conditions and the hook of the attribute.

use crate::values::attempt::Attempt;
use crate::values::kind::{ErrorKind, Verdict};
use crate::values::retrying::Retrying;

/// The verdict of the attribute's conditions on top of what the error says of itself: `never`
/// stops, `wanted` decides either way, and where neither speaks the error does.
#[must_use]
pub fn decide(own: Verdict, never: bool, wanted: Option<bool>) -> Verdict {
    let kind = own.kind().unwrap_or(ErrorKind::Unknown);
    match (never, wanted) {
        (true, _) | (_, Some(false)) => Verdict::Stop(kind),
        (false, Some(true)) => match own {
            Verdict::RetryAfter(..) => own,
            _ => Verdict::Retry(kind),
        },
        (false, None) => own,
    }
}

/// Whether the kind of a verdict is one of `kinds`.
#[must_use]
pub fn is_kind(own: Verdict, kinds: &[ErrorKind]) -> bool {
    own.kind().is_some_and(|kind| kinds.contains(&kind))
}

/// A condition given by its path: a function of the error, or of the error and the attempt.
pub trait Condition<E: ?Sized, Arguments> {
    fn holds(self, error: &E, attempt: &Attempt) -> bool;
}

/// Marks a [`Condition`] by how many arguments it takes.
#[derive(Debug)]
pub struct Arguments<const N: usize>;

impl<E: ?Sized, P: FnOnce(&E) -> bool> Condition<E, Arguments<1>> for P {
    fn holds(self, error: &E, _: &Attempt) -> bool {
        self(error)
    }
}

impl<E: ?Sized, P: FnOnce(&E, &Attempt) -> bool> Condition<E, Arguments<2>> for P {
    fn holds(self, error: &E, attempt: &Attempt) -> bool {
        self(error, attempt)
    }
}

/// Asks a condition given by its path.
pub fn ask<E: ?Sized, A>(condition: impl Condition<E, A>, error: &E, attempt: &Attempt) -> bool {
    condition.holds(error, attempt)
}

/// Asks a closure of one argument; its type is known from here.
pub fn ask1<E: ?Sized>(condition: impl FnOnce(&E) -> bool, error: &E) -> bool {
    condition(error)
}

/// Asks a closure of two arguments.
pub fn ask2<E: ?Sized>(
    condition: impl FnOnce(&E, &Attempt) -> bool,
    error: &E,
    attempt: &Attempt,
) -> bool {
    condition(error, attempt)
}

/// Calls a hook.
pub fn tell<E>(hook: impl FnOnce(&Retrying<'_, E>), retrying: &Retrying<'_, E>) {
    hook(retrying);
}

/// Accepts every value.
#[inline]
#[must_use]
pub const fn accept<V>(_: &V) -> Option<Verdict> {
    None
}

/// The verdict on a value for which `retry_if_ok` holds.
pub fn turned_down<V>(condition: impl FnOnce(&V) -> bool, value: &V) -> Option<Verdict> {
    condition(value).then_some(Verdict::Retry(ErrorKind::Unknown))
}

/// Tells nobody.
#[inline]
pub const fn silent<E>(_: &Retrying<'_, E>) {}
