//! One invocation of the operation, numbered from 1.

use std::time::{Duration, Instant};

use crate::values::idempotency_key::IdempotencyKey;
use crate::values::kind::ErrorKind;

/// What is known about one attempt when it starts (or, for a delay function, when it has failed).
///
/// ```
/// use std::time::Duration;
/// use retry_core::{Attempt, RetryPolicy, Strategy};
///
/// fn patient(attempt: &Attempt) -> Duration {
///     if attempt.number() < 3 { Duration::ZERO } else { Duration::from_secs(5) }
/// }
///
/// const POLICY: RetryPolicy = RetryPolicy::new().with_strategy(Strategy::Custom(patient));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub(crate) number: u32,
    pub(crate) max_attempts: u32,
    pub(crate) previous_delay: Duration,
    pub(crate) previous_kind: Option<ErrorKind>,
    pub(crate) elapsed: Duration,
    pub(crate) remaining: Option<Duration>,
    pub(crate) deadline: Option<Instant>,
    pub(crate) key: IdempotencyKey,
}

impl Attempt {
    /// 1 for the first attempt, 2 for the first retry, …
    ///
    /// A delay function is given the number of failures that its schedule has answered, which is
    /// less where other kinds have schedules of their own.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// How many attempts the call may make at most, the first included; see
    /// [`RetryPolicy::most_attempts`](crate::RetryPolicy::most_attempts).
    #[must_use]
    pub const fn max_attempts(&self) -> u32 {
        self.max_attempts
    }

    /// Whether this is the first attempt, and so not a retry.
    #[must_use]
    pub const fn is_first(&self) -> bool {
        self.number == 1
    }

    /// Whether no further attempt can follow, whatever the outcome.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        self.number >= self.max_attempts
    }

    /// How long the call waited before this attempt; zero for the first.
    #[must_use]
    pub const fn previous_delay(&self) -> Duration {
        self.previous_delay
    }

    /// The sort of the failure before this attempt; `None` for the first.
    #[must_use]
    pub const fn previous_kind(&self) -> Option<ErrorKind> {
        self.previous_kind
    }

    /// From the start of the call to the start of this attempt; to its end, where a condition or
    /// a delay function is asked about it.
    #[must_use]
    pub const fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// What is left until the call's deadline, as of the start of this attempt; `None` without a
    /// deadline.
    #[must_use]
    pub const fn remaining(&self) -> Option<Duration> {
        self.remaining
    }

    /// When the call ends at the latest, on the call's clock: what an attempt passes on to the
    /// calls that it makes. `None` without a deadline, and for an attempt that a bare
    /// [`Session`](crate::Session) describes.
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The key that all attempts of the call share, and no other call has. All zeros for an
    /// attempt that a bare [`Session`](crate::Session) describes.
    #[must_use]
    pub const fn idempotency_key(&self) -> IdempotencyKey {
        self.key
    }
}
