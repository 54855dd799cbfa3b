//! What a modelled server answers with when it does not serve.
//!
//! One small type with the sorts of failure that the storms are made of. It says of itself what it
//! is, so that any [`Retry`](retry_core::Retry) can run calls that end with it.

use std::fmt;
use std::time::Duration;

use retry_core::{Classify, ErrorKind, RetryError, Stopped};

/// Why an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Classify)]
#[non_exhaustive]
pub enum Failure {
    /// Nobody listens.
    #[retry(network)]
    Refused,
    /// The server's queue is full.
    #[retry(server)]
    Full,
    /// The server failed.
    #[retry(server)]
    Failed,
    /// The server asks to be left alone for this long.
    #[retry(rate_limit, after = after)]
    Throttled {
        /// Whole seconds, as the header has it.
        after: Option<Duration>,
    },
    /// The row has changed since it was read.
    #[retry(transient)]
    Conflict,
    /// The process that was called has tried, and given up.
    #[retry(server)]
    GaveUp,
    /// No answer in time.
    #[retry(timeout)]
    Late,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "connection refused",
            Self::Full => "the queue is full",
            Self::Failed => "the server failed",
            Self::Throttled { .. } => "too many requests",
            Self::Conflict => "the row has changed",
            Self::GaveUp => "the process that was called gave up",
            Self::Late => "no answer in time",
        })
    }
}

impl std::error::Error for Failure {}

/// What a process answers its caller with after its own call has failed.
impl From<RetryError<Failure>> for Failure {
    fn from(error: RetryError<Failure>) -> Self {
        match error.into_last_error() {
            Some(throttled @ Self::Throttled { .. }) => throttled,
            _ => Self::GaveUp,
        }
    }
}

/// A call that ended with no answer from the server.
impl From<Stopped> for Failure {
    fn from(stopped: Stopped) -> Self {
        if stopped.kind() == Some(ErrorKind::Timeout) { Self::Late } else { Self::GaveUp }
    }
}
