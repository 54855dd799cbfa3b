//! What a hook is told.

use std::fmt;
use std::time::Duration;

use crate::values::attempt::Attempt;
use crate::values::kind::ErrorKind;

/// An attempt failed and will be followed by another: the argument of `on_retry`.
///
/// The hook runs before the delay, once for each retry, and never for the last failure.
#[non_exhaustive]
pub struct Retrying<'a, E> {
    pub(crate) attempt: Attempt,
    pub(crate) delay: Duration,
    pub(crate) kind: ErrorKind,
    pub(crate) error: Option<&'a E>,
    pub(crate) cause: &'a dyn fmt::Display,
}

impl<'a, E> Retrying<'a, E> {
    /// The attempt that failed.
    #[must_use]
    pub const fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// How long the call waits before the next attempt, exactly.
    #[must_use]
    pub const fn delay(&self) -> Duration {
        self.delay
    }

    /// The sort of the failure.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The error; `None` when the attempt timeout cut the attempt, or `retry_if_ok` turned an
    /// `Ok` value down.
    #[must_use]
    pub const fn error(&self) -> Option<&'a E> {
        self.error
    }

    /// Why the attempt failed, as a text: that of the error, or what took its place.
    #[must_use]
    pub const fn cause(&self) -> &'a dyn fmt::Display {
        self.cause
    }
}

impl<E> fmt::Debug for Retrying<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retrying")
            .field("attempt", &self.attempt)
            .field("delay", &self.delay)
            .field("kind", &self.kind)
            .field("cause", &format_args!("{}", self.cause))
            .finish()
    }
}
