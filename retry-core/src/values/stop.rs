//! Why a call ended without a success.
//!
//! One enum says it everywhere: in the error, the event, the metric label. [`Stopped`] is that
//! reason with its numbers: what an error type must be buildable from where a call can end before
//! any attempt has produced an error of its own.

use std::fmt;
use std::io;
use std::time::Duration;

use crate::values::kind::ErrorKind;
use crate::values::refusal::Refusal;

/// Why a call was not tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// The last of `max_attempts` failed.
    AttemptsExhausted,
    /// The failure is of a sort that another attempt cannot help.
    NotRetryable,
    /// The total timeout or the deadline has passed, or would have during the next delay.
    DeadlineExceeded,
    /// The other side asked for a longer wait than `max_hint` allows.
    HintTooLong,
    /// The cancellation token was triggered.
    Cancelled,
    /// A circuit breaker refused the next attempt.
    CircuitOpen,
    /// The retry budget has no token for another attempt.
    Budget,
    /// A client-side throttle or rate limit refused the next attempt.
    Throttled,
    /// [`shutdown`](crate::shutdown) was called: this process makes no more retries.
    Shutdown,
}

impl StopReason {
    /// The reason as a metric label or log field, in `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AttemptsExhausted => "attempts_exhausted",
            Self::NotRetryable => "not_retryable",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::HintTooLong => "hint_too_long",
            Self::Cancelled => "cancelled",
            Self::CircuitOpen => "circuit_open",
            Self::Budget => "budget",
            Self::Throttled => "throttled",
            Self::Shutdown => "shutdown",
        }
    }
}

/// The reason as a clause for people.
impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AttemptsExhausted => "no attempts left",
            Self::NotRetryable => "the error is not retryable",
            Self::DeadlineExceeded => "no time left for another attempt",
            Self::HintTooLong => "asked to wait longer than allowed",
            Self::Cancelled => "cancelled",
            Self::CircuitOpen => "the circuit is open",
            Self::Budget => "the retry budget is used up",
            Self::Throttled => "throttled on this side",
            Self::Shutdown => "this process is shutting down",
        })
    }
}

/// How a call ended: the reason, and what it took to get there.
///
/// An attributed function whose call can end with no error of its own (it has a `timeout`, an
/// `attempt_timeout`, a circuit breaker or a rate limit) builds its error from this: implement
/// `From<Stopped>` for the error type.
/// `std::io::Error`, `anyhow::Error` and `Box<dyn Error + Send + Sync>` work as they are.
///
/// ```
/// use retry_core::Stopped;
///
/// #[derive(Debug)]
/// enum ApiError {
///     GaveUp(Stopped),
/// }
///
/// impl From<Stopped> for ApiError {
///     fn from(stopped: Stopped) -> Self {
///         Self::GaveUp(stopped)
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    pub(crate) reason: StopReason,
    pub(crate) kind: Option<ErrorKind>,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
    pub(crate) refusal: Option<Refusal>,
}

impl Stopped {
    /// Why the call ended.
    #[must_use]
    pub const fn reason(&self) -> StopReason {
        self.reason
    }

    /// The sort of the last failure; `None` when no attempt failed.
    ///
    /// [`ErrorKind::Timeout`] when the attempt timeout cut the last attempt.
    #[must_use]
    pub const fn kind(&self) -> Option<ErrorKind> {
        self.kind
    }

    /// How many attempts were started; 0 when a gate refused the first.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// From the start of the call to its end, attempts and delays together.
    #[must_use]
    pub const fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// What the gate said that refused the next attempt: its name, for how long, and why. `None`
    /// for any other reason.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.attempts == 1 { "" } else { "s" };
        write!(
            f,
            "gave up after {} attempt{plural} in {:?}: {}",
            self.attempts,
            rounded(self.elapsed),
            self.reason
        )?;
        if let Some(refusal) = &self.refusal {
            return write!(f, " ({refusal})");
        }
        match self.kind {
            Some(ErrorKind::Timeout) => f.write_str(" (the last attempt timed out)"),
            _ => Ok(()),
        }
    }
}

/// To the millisecond where there is one: nobody reads the digits after it.
const fn rounded(elapsed: Duration) -> Duration {
    const MILLISECOND: u32 = 1_000_000;
    if elapsed.as_millis() == 0 {
        return elapsed;
    }
    let nanos = elapsed.subsec_nanos();
    Duration::new(elapsed.as_secs(), nanos - nanos % MILLISECOND)
}

impl std::error::Error for Stopped {}

/// [`io::ErrorKind::TimedOut`] where time ran out, [`io::ErrorKind::Other`] for a call that was
/// cancelled, refused or shut down; the [`Stopped`] is the inner error.
impl From<Stopped> for io::Error {
    fn from(stopped: Stopped) -> Self {
        let kind = match stopped.reason {
            StopReason::Cancelled
            | StopReason::CircuitOpen
            | StopReason::Throttled
            | StopReason::Shutdown => io::ErrorKind::Other,
            _ => io::ErrorKind::TimedOut,
        };
        Self::new(kind, stopped)
    }
}
