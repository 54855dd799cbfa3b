//! One invocation of the operation, numbered from 1.

use std::time::Duration;

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
}

impl Attempt {
    /// 1 for the first attempt, 2 for the first retry, …
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// How many attempts the call may make, the first included.
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
}
