//! A gate in the making: from a policy, or one that is there.
//!
//! A builder has one setter for each sort of gate, so that the last word on it is one word. With two
//! setters it would matter which came first.

use crate::drivers::breaker::CircuitBreaker;
use crate::drivers::budget::RetryBudget;
use crate::drivers::rate_limit::RateLimit;
use crate::drivers::throttle::Throttle;
use crate::values::breaker_policy::BreakerPolicy;
use crate::values::budget_policy::BudgetPolicy;
use crate::values::rate_limit_policy::RateLimitPolicy;
use crate::values::throttle_policy::ThrottlePolicy;

/// A policy to make something from, or the thing itself.
///
/// What a [builder](crate::RetryBuilder) takes for a gate and for a budget; both come by
/// themselves:
///
/// ```
/// use retry_core::{BreakerPolicy, CircuitBreaker, Retry};
///
/// let made = Retry::builder().circuit_breaker(BreakerPolicy::new()).build()?;
///
/// let breaker = CircuitBreaker::new(BreakerPolicy::new()).with_name("inventory");
/// let given = Retry::builder().circuit_breaker(breaker.clone()).build()?;
/// # Ok::<_, retry_core::RetryBuildError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub enum PolicyOr<P, T> {
    /// Made when the handle is built, or found at its service.
    Policy(P),
    /// Shared with all that have it.
    Given(T),
}

impl<P, T> PolicyOr<P, T> {
    /// What is there, by itself.
    pub(super) fn given(self) -> Option<T> {
        match self {
            Self::Policy(_) => None,
            Self::Given(given) => Some(given),
        }
    }
}

macro_rules! both {
    ($($policy:ty, $thing:ty;)*) => {
        $(
            impl From<$policy> for PolicyOr<$policy, $thing> {
                fn from(policy: $policy) -> Self {
                    Self::Policy(policy)
                }
            }

            impl From<$thing> for PolicyOr<$policy, $thing> {
                fn from(given: $thing) -> Self {
                    Self::Given(given)
                }
            }
        )*
    };
}

both! {
    BreakerPolicy, CircuitBreaker;
    BudgetPolicy, RetryBudget;
    RateLimitPolicy, RateLimit;
    ThrottlePolicy, Throttle;
}
