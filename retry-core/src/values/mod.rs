//! Layer 0: plain values. No clock, no async, no I/O; everything here can be built in a `const`.

pub(crate) mod attempt;
pub(crate) mod backoff;
pub(crate) mod breaker_builder;
pub(crate) mod breaker_error;
pub(crate) mod breaker_policy;
pub(crate) mod budget_policy;
pub(crate) mod circuit;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod idempotency_key;
pub(crate) mod jitter;
pub(crate) mod kind;
pub(crate) mod kind_policy;
pub(crate) mod kinds;
pub(crate) mod limit_error;
pub(crate) mod nanos;
pub(crate) mod policy;
pub(crate) mod policy_builder;
pub(crate) mod policy_error;
pub(crate) mod rate_limit_policy;
pub(crate) mod refusal;
pub(crate) mod scope;
pub(crate) mod status;
pub(crate) mod stop;
pub(crate) mod strategy;
pub(crate) mod throttle_policy;
