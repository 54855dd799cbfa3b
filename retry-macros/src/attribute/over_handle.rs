//! What contradicts `retry`: whatever the handle has already, and where to say it instead.

use crate::attribute::keys::Keys;
use crate::attribute::mistakes::Mistakes;

/// Each key of which the handle has its own, what that is, and where to say it instead.
const OF_THE_HANDLE: &[(&str, &str, &str)] = &[
    ("policy", "a policy", "give it `.with_policy(…)`"),
    ("max_attempts", "a policy", "give it `.with_max_attempts(…)`"),
    ("strategy", "a policy", "say it there: `RetryPolicy::new().with_strategy(…)`"),
    ("initial_delay", "a policy", "say it there: `RetryPolicy::new().with_initial_delay(…)`"),
    ("max_delay", "a policy", "say it there: `RetryPolicy::new().with_max_delay(…)`"),
    ("multiplier", "a policy", "say it there: `RetryPolicy::new().with_multiplier(…)`"),
    ("jitter", "a policy", "say it there: `RetryPolicy::new().with_jitter(…)`"),
    ("timeout", "a policy", "give it `.with_timeout(…)`"),
    ("attempt_timeout", "a policy", "say it there: `RetryPolicy::new().with_attempt_timeout(…)`"),
    ("max_hint", "a policy", "say it there: `RetryPolicy::new().with_max_hint(…)`"),
    ("on", "a policy", "say it there: `RetryPolicy::new().with_kinds(&[…])`"),
    ("circuit_breaker", "gates", "give it `.with_circuit_breaker(…)`"),
    ("rate_limit", "gates", "give it `.with_rate_limit(…)`"),
    ("budget", "a budget", "give it `.with_budget(…)`, or `.without_budget()`"),
    ("key", "gates", "keep a handle for each key, and say here which"),
    ("name", "a name", "give it `.with_name(…)`"),
    ("service", "a service", "give it `.with_service(…)`"),
    ("tags", "tags", "give it `.with_tag(…)`"),
];

/// Notes each key that speaks of what the handle has.
pub(crate) fn contradictions(keys: &Keys, mistakes: &mut Mistakes) {
    if keys.written("retry").is_none() {
        return;
    }
    for key in &keys.given {
        let known = OF_THE_HANDLE.iter().find(|(name, ..)| key == name);
        if let Some((name, has, instead)) = known {
            let message =
                format!("`{name}` and `retry`: the handle has {has} of its own; {instead}");
            mistakes.at(key, message);
        }
    }
}
