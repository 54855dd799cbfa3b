//! What sort of failure an error is, and what to do about it.
//!
//! A retry is only worth its cost when the failure is likely to pass. [`ErrorKind`] is the closed
//! list of sorts that the whole crate speaks in: a label of metrics, the argument of
//! `retry_on = kind(…)`, the answer of every classifier inside its [`Verdict`].
//!
//! ```
//! use retry_core::{ErrorKind, Verdict};
//!
//! assert!(ErrorKind::Network.is_retried_by_default());
//! assert_eq!(Verdict::from(ErrorKind::Client), Verdict::Stop(ErrorKind::Client));
//! ```

use std::fmt;
use std::time::Duration;

/// The sort of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Passes by itself, cause unnamed.
    Transient,
    /// Will fail the same way every time.
    Permanent,
    /// No answer within the time allowed.
    Timeout,
    /// The other side asks for fewer calls.
    RateLimit,
    /// A circuit breaker refused the call.
    CircuitBreaker,
    /// The other side was not reached, or the connection broke.
    Network,
    /// The other side failed.
    Server,
    /// The request is at fault.
    Client,
    /// The error does not say. Retried, since most callers annotate what is worth retrying.
    Unknown,
}

impl ErrorKind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 9] = [
        Self::Transient,
        Self::Permanent,
        Self::Timeout,
        Self::RateLimit,
        Self::CircuitBreaker,
        Self::Network,
        Self::Server,
        Self::Client,
        Self::Unknown,
    ];

    /// The kind as a metric label or log field, in `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Permanent => "permanent",
            Self::Timeout => "timeout",
            Self::RateLimit => "rate_limit",
            Self::CircuitBreaker => "circuit_breaker",
            Self::Network => "network",
            Self::Server => "server",
            Self::Client => "client",
            Self::Unknown => "unknown",
        }
    }

    /// Whether a failure of this kind is retried where nobody says otherwise: all kinds but
    /// [`Permanent`](Self::Permanent), [`Client`](Self::Client) and
    /// [`CircuitBreaker`](Self::CircuitBreaker).
    #[must_use]
    pub const fn is_retried_by_default(self) -> bool {
        !matches!(self, Self::Permanent | Self::Client | Self::CircuitBreaker)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a classifier says about one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The outcome is what the caller wanted.
    Success,
    /// Try again.
    Retry(ErrorKind),
    /// Try again, and not before this much time has passed: the other side said so.
    RetryAfter(ErrorKind, Duration),
    /// Trying again cannot help.
    Stop(ErrorKind),
}

impl Verdict {
    /// The sort of the failure; `None` for a success.
    #[must_use]
    pub const fn kind(self) -> Option<ErrorKind> {
        match self {
            Self::Success => None,
            Self::Retry(kind) | Self::RetryAfter(kind, _) | Self::Stop(kind) => Some(kind),
        }
    }
}

/// The default decision for a kind: [`Verdict::Retry`] where
/// [`ErrorKind::is_retried_by_default`], else [`Verdict::Stop`].
impl From<ErrorKind> for Verdict {
    fn from(kind: ErrorKind) -> Self {
        if kind.is_retried_by_default() { Self::Retry(kind) } else { Self::Stop(kind) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_kinds_are_retried_by_default() {
        let retried: Vec<_> = ErrorKind::ALL
            .into_iter()
            .filter(|kind| kind.is_retried_by_default())
            .map(ErrorKind::as_str)
            .collect();
        assert_eq!(retried, ["transient", "timeout", "rate_limit", "network", "server", "unknown"]);
    }

    #[test]
    fn every_label_is_its_own() {
        for (i, a) in ErrorKind::ALL.into_iter().enumerate() {
            for b in ErrorKind::ALL.into_iter().skip(i + 1) {
                assert_ne!(a.as_str(), b.as_str());
            }
        }
    }
}
