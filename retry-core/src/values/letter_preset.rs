//! A preset whose calls leave dead letters behind.
//!
//! What its calls have to do must not be lost, so a handle from it has a sink. A preset is plain data
//! and cannot hold one; this is a type of its own, so that the sink cannot be forgotten.

use crate::values::breaker_policy::BreakerPolicy;
use crate::values::budget_policy::BudgetPolicy;
use crate::values::policy::RetryPolicy;
use crate::values::preset::Preset;
use crate::values::rate_limit_policy::RateLimitPolicy;

/// A [`Preset`] that asks for a sink: it becomes a handle by
/// [`with_sink`](Self::with_sink), or a plain preset by
/// [`without_dead_letters`](Self::without_dead_letters).
///
/// ```
/// use retry_core::{LetterPreset, MemoryDeadLetters, presets};
///
/// const PATIENT: LetterPreset =
///     presets::S3.with_policy(presets::S3.policy().with_max_attempts(8));
///
/// let uploads = PATIENT.with_sink(MemoryDeadLetters::new(1000)).with_service("backups");
/// assert_eq!(uploads.policy().max_attempts(), 8);
/// ```
///
/// It is no preset by itself:
///
/// ```compile_fail,E0308
/// use retry_core::{Retry, presets};
///
/// let uploads = Retry::from_preset(presets::S3);
/// ```
///
/// Its gates and its budget are changed on the plain one:
///
/// ```
/// use retry_core::{LetterPreset, presets};
///
/// const ALONE: LetterPreset =
///     presets::S3.without_dead_letters().without_circuit_breaker().with_dead_letters();
/// assert_eq!(ALONE.circuit_breaker(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LetterPreset(pub(crate) Preset);

impl LetterPreset {
    /// The same without dead letters: what is given up is the caller's alone to know.
    #[must_use]
    pub const fn without_dead_letters(self) -> Preset {
        self.0
    }

    /// With this policy for the loop.
    #[must_use]
    pub const fn with_policy(self, policy: RetryPolicy) -> Self {
        Self(self.0.with_policy(policy))
    }

    /// The policy of the loop.
    #[must_use]
    pub const fn policy(&self) -> RetryPolicy {
        self.0.policy()
    }

    /// What its budget is made from.
    #[must_use]
    pub const fn budget(&self) -> Option<BudgetPolicy> {
        self.0.budget()
    }

    /// What its circuit breaker is made from.
    #[must_use]
    pub const fn circuit_breaker(&self) -> Option<BreakerPolicy> {
        self.0.circuit_breaker()
    }

    /// What its rate limit is made from.
    #[must_use]
    pub const fn rate_limit(&self) -> Option<RateLimitPolicy> {
        self.0.rate_limit()
    }
}
