//! What the body of an annotated function returns, what the function does, and the way between.

use std::fmt;

use crate::values::error::RetryError;
use crate::values::stop::Stopped;

/// What an attempt returns: a value or a failure.
#[diagnostic::on_unimplemented(
    message = "`#[with_retry]` goes on a function that can fail, and `{Self}` cannot",
    label = "neither a `Result` nor an `Option`",
    note = "a function is retried when it returns `Err` or `None`"
)]
pub trait Outcome: Sized {
    type Value;
    type Error;
    /// # Errors
    ///
    /// The failure, if it is one.
    fn value(&self) -> Result<&Self::Value, &Self::Error>;
}

impl<T, E> Outcome for Result<T, E> {
    type Value = T;
    type Error = E;
    fn value(&self) -> Result<&T, &E> {
        self.as_ref()
    }
}

impl<T> Outcome for Option<T> {
    type Value = T;
    type Error = Nothing;
    fn value(&self) -> Result<&T, &Nothing> {
        self.as_ref().ok_or(&Nothing)
    }
}

/// The failure of a function that returns an `Option`.
#[derive(Debug)]
pub struct Nothing;

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("None")
    }
}

/// What the function returns, made from the outcome `R` of its body: that outcome itself, or a
/// [`RetryError`] around its error.
pub trait Answer<R>: Sized {
    fn success(outcome: R) -> Self;
    fn failure(outcome: R, stopped: Stopped) -> Self;
}

impl<R> Answer<R> for R {
    fn success(outcome: R) -> Self {
        outcome
    }
    fn failure(outcome: R, _: Stopped) -> Self {
        outcome
    }
}

impl<T, E> Answer<Result<T, E>> for Result<T, RetryError<E>> {
    fn success(outcome: Result<T, E>) -> Self {
        outcome.map_err(|_| unreachable!("a success"))
    }
    fn failure(outcome: Result<T, E>, stopped: Stopped) -> Self {
        outcome.map_err(|error| RetryError::new(stopped, Some(error)))
    }
}

/// A return type that can say that a call ended without any outcome.
pub trait AnswerStopped {
    fn stopped(stopped: Stopped) -> Self;
}

impl<T, E: FromStopped> AnswerStopped for Result<T, E> {
    fn stopped(stopped: Stopped) -> Self {
        Err(E::from_stopped(stopped))
    }
}

impl<T> AnswerStopped for Option<T> {
    fn stopped(_: Stopped) -> Self {
        None
    }
}

#[diagnostic::on_unimplemented(
    message = "this call can end before any attempt has returned an error, and `{Self}` cannot say so",
    label = "`{Self}` cannot be made from `retry_core::Stopped`",
    note = "return `Result<_, retry_core::RetryError<{Self}>>`, which says why the call ended",
    note = "or, where the type is your own, add: impl From<retry_core::Stopped> for {Self} {{ fn from(stopped: retry_core::Stopped) -> Self {{ todo!() }} }}"
)]
pub trait FromStopped {
    fn from_stopped(stopped: Stopped) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<Stopped>> FromStopped for E {
    fn from_stopped(stopped: Stopped) -> Self {
        stopped.into()
    }
}
