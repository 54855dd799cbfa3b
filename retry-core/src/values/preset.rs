//! Policies that belong together: of the loop, and of the gates before it.

use crate::values::breaker_policy::BreakerPolicy;
use crate::values::budget_policy::BudgetPolicy;
use crate::values::letter_preset::LetterPreset;
use crate::values::policy::RetryPolicy;
use crate::values::rate_limit_policy::RateLimitPolicy;

/// What a handle is made of, as plain data: [`Retry::from_preset`](crate::Retry::from_preset)
/// builds the gates that it names.
///
/// ```
/// use retry_core::{Preset, Retry, presets};
///
/// const PATIENT: Preset = presets::STANDARD.with_policy(presets::STANDARD.policy().with_max_attempts(8));
///
/// let retry = Retry::from_preset(PATIENT).with_name("inventory::read");
/// assert_eq!(retry.policy().max_attempts(), 8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preset {
    policy: RetryPolicy,
    budget: Option<BudgetPolicy>,
    circuit_breaker: Option<BreakerPolicy>,
    rate_limit: Option<RateLimitPolicy>,
}

impl Preset {
    /// A policy and the default budget, without gates.
    #[must_use]
    pub const fn new(policy: RetryPolicy) -> Self {
        let budget = Some(BudgetPolicy::new());
        Self { policy, budget, circuit_breaker: None, rate_limit: None }
    }

    /// With this policy for the loop.
    #[must_use]
    pub const fn with_policy(self, policy: RetryPolicy) -> Self {
        Self { policy, ..self }
    }

    /// With a budget made from this.
    #[must_use]
    pub const fn with_budget(self, policy: BudgetPolicy) -> Self {
        Self { budget: Some(policy), ..self }
    }

    /// Without a budget.
    #[must_use]
    pub const fn without_budget(self) -> Self {
        Self { budget: None, ..self }
    }

    /// With a circuit breaker made from this.
    #[must_use]
    pub const fn with_circuit_breaker(self, policy: BreakerPolicy) -> Self {
        Self { circuit_breaker: Some(policy), ..self }
    }

    /// Without a circuit breaker.
    #[must_use]
    pub const fn without_circuit_breaker(self) -> Self {
        Self { circuit_breaker: None, ..self }
    }

    /// With a rate limit made from this.
    #[must_use]
    pub const fn with_rate_limit(self, policy: RateLimitPolicy) -> Self {
        Self { rate_limit: Some(policy), ..self }
    }

    /// Without a rate limit.
    #[must_use]
    pub const fn without_rate_limit(self) -> Self {
        Self { rate_limit: None, ..self }
    }

    /// With dead letters: a handle from it is made with a sink.
    #[must_use]
    pub const fn with_dead_letters(self) -> LetterPreset {
        LetterPreset(self)
    }

    /// The policy of the loop.
    #[must_use]
    pub const fn policy(&self) -> RetryPolicy {
        self.policy
    }

    pub(crate) const fn policy_ref(&self) -> &RetryPolicy {
        &self.policy
    }

    /// What its budget is made from.
    #[must_use]
    pub const fn budget(&self) -> Option<BudgetPolicy> {
        self.budget
    }

    /// What its circuit breaker is made from.
    #[must_use]
    pub const fn circuit_breaker(&self) -> Option<BreakerPolicy> {
        self.circuit_breaker
    }

    /// What its rate limit is made from.
    #[must_use]
    pub const fn rate_limit(&self) -> Option<RateLimitPolicy> {
        self.rate_limit
    }
}
