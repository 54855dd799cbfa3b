//! The error of a call that was retried: the caller's own last error, and how it came to that.
//!
//! The last error is the caller's own, unchanged, behind [`source`](std::error::Error::source);
//! the text of a [`RetryError`] never repeats it, so a report that prints the chain shows each
//! sentence once.

use std::fmt;
use std::time::Duration;

use crate::values::kind::ErrorKind;
use crate::values::letter_fate::LetterFate;
use crate::values::stop::{StopReason, Stopped};

/// A call ended without a success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryError<E> {
    stopped: Stopped,
    last: Option<E>,
    /// Boxed: nearly no error has one, and each is moved through every frame above its call.
    letter: Option<Box<LetterFate>>,
}

impl<E> RetryError<E> {
    pub(crate) const fn new(stopped: Stopped, last: Option<E>) -> Self {
        Self { stopped, last, letter: None }
    }

    /// Why the call ended.
    #[must_use]
    pub const fn reason(&self) -> StopReason {
        self.stopped.reason
    }

    /// The sort of the last failure; `None` when no attempt failed.
    #[must_use]
    pub const fn kind(&self) -> Option<ErrorKind> {
        self.stopped.kind
    }

    /// How many attempts were started; zero when the call was cancelled, refused or out of time
    /// before its first.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.stopped.attempts
    }

    /// From the start of the call to its end, attempts and delays together.
    #[must_use]
    pub const fn elapsed(&self) -> Duration {
        self.stopped.elapsed
    }

    /// The reason and its numbers, without the error; and where a gate has refused, its
    /// [refusal](Stopped::refusal).
    #[must_use]
    pub const fn stopped(&self) -> &Stopped {
        &self.stopped
    }

    /// The newest error that an attempt returned. `None` when none did: the call was cut or
    /// cancelled while its first attempts were still running, or before, or a gate refused the
    /// first.
    #[must_use]
    pub const fn last_error(&self) -> Option<&E> {
        self.last.as_ref()
    }

    /// The newest error that an attempt returned, by value; see [`last_error`](Self::last_error).
    #[must_use]
    pub fn into_last_error(self) -> Option<E> {
        self.last
    }

    /// The same end of a call with its last error converted.
    #[must_use]
    pub fn map<F, O>(self, convert: O) -> RetryError<F>
    where
        O: FnOnce(E) -> F,
    {
        let Self { stopped, last, letter } = self;
        RetryError { stopped, last: last.map(convert), letter }
    }

    /// What became of its dead letter; `None` where none was written: the call was not
    /// [given one to write](crate::Retry::run_with_payload), or had not ended for a reason that
    /// wants one.
    #[must_use]
    pub fn dead_letter(&self) -> Option<&LetterFate> {
        self.letter.as_deref()
    }

    pub(crate) fn with_dead_letter(self, fate: LetterFate) -> Self {
        Self { letter: Some(Box::new(fate)), ..self }
    }
}

impl<E> fmt::Display for RetryError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stopped.fmt(f)?;
        match self.dead_letter() {
            // In no chain of sources: the last error stands there.
            Some(LetterFate::Failed(error)) => {
                write!(f, "; its dead letter is lost: {}", error.cause())
            }
            _ => Ok(()),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for RetryError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.last.as_ref().map(|last| last as _)
    }
}

/// The end of a call in which no attempt returned an error.
impl<E> From<Stopped> for RetryError<E> {
    fn from(stopped: Stopped) -> Self {
        Self::new(stopped, None)
    }
}
