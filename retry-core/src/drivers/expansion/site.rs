//! What is constant about an annotated function.

use crate::drivers::call::{Labels, Terms};
use crate::drivers::seeds::Seeds;
use crate::values::policy::RetryPolicy;

/// What is constant about an annotated function.
#[derive(Debug)]
pub struct Site {
    pub(super) policy: RetryPolicy,
    pub(super) labels: Labels<'static>,
    pub(super) retries_timeouts: bool,
}

impl Site {
    /// `retries_timeouts` is whether an attempt that its time limit cut is worth another: it has
    /// no error that the conditions could be asked about.
    #[must_use]
    pub const fn new(
        policy: RetryPolicy,
        name: &'static str,
        service: Option<&'static str>,
        retries_timeouts: bool,
    ) -> Self {
        let labels = Labels { name: Some(name), service };
        Self { policy, labels, retries_timeouts }
    }

    /// Whether a call can be cut while an attempt runs.
    #[must_use]
    pub const fn can_cut(&self) -> bool {
        self.policy.can_cut()
    }

    pub(super) const fn terms(&'static self) -> Terms<'static> {
        Terms { policy: &self.policy, labels: self.labels, seeds: &Seeds::Process, deadline: None }
    }
}

/// Marks the policy of a function that blocks, where no attempt can be cut.
///
/// # Panics
///
/// When it has an attempt timeout; the call stands in a `const`.
#[must_use]
#[track_caller]
pub const fn blocking(policy: RetryPolicy) -> RetryPolicy {
    assert!(
        policy.attempt_timeout().is_none(),
        "attempt_timeout has no effect on a function that blocks: a thread cannot be cut"
    );
    policy
}
