impl crate::drivers::budget::BudgetCell {
    pub(crate) fn set_policy(&self, _: crate::values::budget_policy::BudgetPolicy) {}
}
impl crate::drivers::budget::RetryBudget {
    pub(crate) fn set_policy(&self, _: crate::values::budget_policy::BudgetPolicy) {}
}
impl crate::drivers::breaker::CircuitBreaker {
    pub(crate) fn set_policy(&self, _: crate::values::breaker_policy::BreakerPolicy) {}
}
impl crate::drivers::rate_limit::RateLimit {
    pub(crate) fn set_policy(&self, _: crate::values::rate_limit_policy::RateLimitPolicy) {}
}
