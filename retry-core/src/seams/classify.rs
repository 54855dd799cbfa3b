//! Who decides whether a failure is worth another attempt.
//!
//! [`Classify`] is what an error type says of itself. A [`Classifier`] is what a handle asks; by
//! default it asks the error. A handle for a foreign error type, or with a narrower idea of what
//! is worth retrying, has another: see [`Retry::retry_if`](crate::Retry::retry_if).

use std::error::Error;
use std::fmt;
use std::io;

use crate::seams::chain::{stopped_verdict, verdict_of};
use crate::values::attempt::Attempt;
use crate::values::error::RetryError;
use crate::values::kind::{ErrorKind, Verdict};

/// An error type that says what sort of failure each of its values is.
///
/// ```
/// use retry_core::{Classify, ErrorKind, Verdict};
///
/// # #[derive(Debug)]
/// enum ApiError {
///     Unreachable,
///     NotFound,
/// }
///
/// impl Classify for ApiError {
///     fn classify(&self) -> Verdict {
///         match self {
///             Self::Unreachable => Verdict::Retry(ErrorKind::Network),
///             Self::NotFound => Verdict::Stop(ErrorKind::Client),
///         }
///     }
/// }
/// ```
///
/// `impl Classify for ApiError {}` says nothing: every failure is [`ErrorKind::Unknown`], which
/// is retried.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which of its failures are worth retrying",
    label = "the handle asks `{Self}` through `Classify`, which it does not implement",
    note = "for a type of your own, add `impl retry_core::Classify for {Self} {{}}`, or say more in its `classify`",
    note = "for any other type, tell the handle: `retry.with_classifier(ByChain)`, `retry.retry_all()` or `retry.retry_if(|error: &{Self}| …)`"
)]
pub trait Classify {
    /// What to do about this failure.
    fn classify(&self) -> Verdict {
        Verdict::Retry(ErrorKind::Unknown)
    }
}

/// By its kind; see [`verdict_of`].
impl Classify for io::Error {
    fn classify(&self) -> Verdict {
        verdict_of(self)
    }
}

impl Classify for tokio::time::error::Elapsed {
    fn classify(&self) -> Verdict {
        Verdict::Retry(ErrorKind::Timeout)
    }
}

impl Classify for fmt::Error {}
impl Classify for String {}
impl Classify for &str {}

/// As what is in the box.
impl<E: Classify> Classify for Box<E> {
    fn classify(&self) -> Verdict {
        (**self).classify()
    }
}

/// An inner call that was retried already: as its last error, unless that was not worth a retry, or
/// a gate or a budget refused one. Another layer does not get around these.
impl<E: Classify> Classify for RetryError<E> {
    fn classify(&self) -> Verdict {
        let by_reason = stopped_verdict(self.stopped());
        match (by_reason, self.last_error()) {
            (Verdict::Retry(_), Some(error)) => error.classify(),
            _ => by_reason,
        }
    }
}

/// By the chain of sources; see [`verdict_of`].
impl Classify for Box<dyn Error> {
    fn classify(&self) -> Verdict {
        verdict_of(&**self)
    }
}

/// By the chain of sources; see [`verdict_of`].
impl Classify for Box<dyn Error + Send> {
    fn classify(&self) -> Verdict {
        verdict_of(&**self)
    }
}

/// By the chain of sources; see [`verdict_of`].
impl Classify for Box<dyn Error + Send + Sync> {
    fn classify(&self) -> Verdict {
        verdict_of(&**self)
    }
}

/// What a [`Retry`](crate::Retry) handle asks about an error of type `E`.
#[diagnostic::on_unimplemented(
    message = "the classifier of this handle cannot be asked about `{E}`",
    label = "the call fails with `{E}`, and `{Self}` is no `Classifier` for it",
    note = "take a handle whose `retry_if` or `classify_with` takes a `&{E}`, or one that asks the error itself: `Retry::new(policy)`"
)]
pub trait Classifier<E: ?Sized> {
    /// The verdict on `error`, with which `attempt` ended.
    fn verdict(&self, error: &E, attempt: &Attempt) -> Verdict;
}

/// Asks the error itself: the default of a handle.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByClassify;

impl<E: Classify + ?Sized> Classifier<E> for ByClassify {
    fn verdict(&self, error: &E, _: &Attempt) -> Verdict {
        error.classify()
    }
}

/// Retries every error, as [`ErrorKind::Unknown`].
#[derive(Clone, Copy, Debug, Default)]
pub struct RetryAll;

impl<E: ?Sized> Classifier<E> for RetryAll {
    fn verdict(&self, _: &E, _: &Attempt) -> Verdict {
        Verdict::Retry(ErrorKind::Unknown)
    }
}

/// Retries the errors for which a predicate holds, as [`ErrorKind::Unknown`].
#[derive(Clone, Copy)]
pub struct RetryIf<P>(pub(crate) P);

impl<E: ?Sized, P: Fn(&E) -> bool> Classifier<E> for RetryIf<P> {
    fn verdict(&self, error: &E, _: &Attempt) -> Verdict {
        if (self.0)(error) {
            Verdict::Retry(ErrorKind::Unknown)
        } else {
            Verdict::Stop(ErrorKind::Unknown)
        }
    }
}

impl<P> fmt::Debug for RetryIf<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RetryIf(_)")
    }
}

/// Asks a function for the verdict.
#[derive(Clone, Copy)]
pub struct ClassifyWith<V>(pub(crate) V);

impl<E: ?Sized, V: Fn(&E, &Attempt) -> Verdict> Classifier<E> for ClassifyWith<V> {
    fn verdict(&self, error: &E, attempt: &Attempt) -> Verdict {
        (self.0)(error, attempt)
    }
}

impl<V> fmt::Debug for ClassifyWith<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClassifyWith(_)")
    }
}
