//! From a preset to the settings that say it.

use crate::adapters::config::RetryConfig;
use crate::adapters::config::error::{ConfigError, ConfigErrors};
use crate::adapters::config::keys::{
    BUDGET, BUDGETS, CIRCUIT_BREAKER, KIND, Key, POLICY, RATE_LIMIT, sort_of,
};
use crate::adapters::config::layer::join;
use crate::adapters::config::node::{Data, Origin, Table};
use crate::values::jitter::Jitter;
use crate::values::policy::RetryPolicy;
use crate::values::preset::Preset;
use crate::values::strategy::Strategy;

/// The settings that make this policy out of the defaults.
///
/// # Errors
///
/// Where a strategy is a function, which no text can name, or where a multiplier or a jitter is
/// kept beside a strategy that does not use it.
impl TryFrom<RetryPolicy> for RetryConfig {
    type Error = ConfigErrors;

    fn try_from(policy: RetryPolicy) -> Result<Self, ConfigErrors> {
        ConfigErrors::check(unwritable(&policy))?;
        let mut root = values(POLICY, &policy.to_builder());
        let on = policy.kinds().iter().map(|own| (own.kind.as_str(), values(KIND, own)));
        let on = tables(on);
        if !on.0.is_empty() {
            root.push("on", Origin::Nowhere, Data::Table(on));
        }
        Ok(Self { root })
    }
}

/// The settings that make this preset out of the defaults.
///
/// # Errors
///
/// As for a policy.
impl TryFrom<Preset> for RetryConfig {
    type Error = ConfigErrors;

    fn try_from(preset: Preset) -> Result<Self, ConfigErrors> {
        let Self { mut root } = Self::try_from(preset.policy())?;
        let breaker = preset.circuit_breaker();
        let breaker = breaker.map(|breaker| values(CIRCUIT_BREAKER, &breaker.to_builder()));
        let budget = preset.budget().map(|budget| {
            let mut table = Table::default();
            let (word, _) = BUDGETS[sort_of(&budget)];
            table.push("kind", Origin::Nowhere, Data::word(word));
            table.0.extend(values(BUDGET, &budget).0);
            table
        });
        let rate_limit = preset.rate_limit().map(|limit| values(RATE_LIMIT, &limit));
        for (gate, table) in
            [("circuit_breaker", breaker), ("budget", budget), ("rate_limit", rate_limit)]
        {
            root.push(gate, Origin::Nowhere, table.map_or(Data::word("none"), Data::Table));
        }
        // Behind a table, TOML would read a key of the root as one of that table.
        root.0.sort_by_key(|entry| entry.data.table().is_some());
        Ok(Self { root })
    }
}

fn values<T>(keys: &[Key<T>], of: &T) -> Table {
    let mut table = Table::default();
    for (key, data) in keys.iter().filter_map(|key| Some((key, (key.get)(of)?))) {
        table.push(key.name, Origin::Nowhere, data);
    }
    table
}

fn tables<'n>(all: impl Iterator<Item = (&'n str, Table)>) -> Table {
    let mut table = Table::default();
    for (name, inner) in all {
        table.push(name, Origin::Nowhere, Data::Table(inner));
    }
    table
}

/// What of a policy has no words.
fn unwritable(policy: &RetryPolicy) -> Vec<ConfigError> {
    const FUNCTION: &str = "is a function, which settings cannot name";
    let mut errors = Vec::new();
    let mut note = |path: &str, key: &str, why: &str| {
        errors.push(ConfigError::of_key(&join(path, key), &Origin::Nowhere, why));
    };
    let is_custom = |strategy| matches!(strategy, Strategy::Custom(_));
    if is_custom(policy.strategy()) {
        note("", "strategy", FUNCTION);
    }
    for own in policy.kinds().iter().filter(|own| own.strategy.is_some_and(is_custom)) {
        note(&join("on", own.kind.as_str()), "strategy", FUNCTION);
    }
    let default = RetryPolicy::new();
    let strategy = policy.strategy();
    // No jitter is what the random strategy may be said to have.
    let jitters = [Jitter::None, default.jitter()];
    if strategy == Strategy::Random && !jitters.contains(&policy.jitter()) {
        note("", "jitter", "has no effect with this strategy, and settings cannot say it");
    }
    #[allow(clippy::float_cmp)] // the very number
    if strategy != Strategy::Exponential && policy.multiplier() != default.multiplier() {
        note("", "multiplier", "has no effect with this strategy, and settings cannot say it");
    }
    errors
}
