//! The policies of gates as parts of a preset.
//!
//! Settings know gates only as parts of a preset, while a service has them one by one.

use crate::values::breaker_policy::BreakerPolicy;
use crate::values::budget_policy::BudgetPolicy;
use crate::values::preset::Preset;
use crate::values::rate_limit_policy::RateLimitPolicy;

/// A policy of a gate, in its place in a preset.
pub(crate) trait OfPreset {
    fn put(self, preset: &Preset) -> Preset;
}

impl OfPreset for BreakerPolicy {
    fn put(self, preset: &Preset) -> Preset {
        preset.with_circuit_breaker(self)
    }
}

impl OfPreset for BudgetPolicy {
    fn put(self, preset: &Preset) -> Preset {
        preset.with_budget(self)
    }
}

impl OfPreset for RateLimitPolicy {
    fn put(self, preset: &Preset) -> Preset {
        preset.with_rate_limit(self)
    }
}
