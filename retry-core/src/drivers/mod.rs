//! Layer 3: drivers. They own time and tasks, and ask the machines what to do.

pub(crate) mod attempts;
pub(crate) mod blocking;
pub(crate) mod bounds;
pub(crate) mod breaker;
pub(crate) mod budget;
pub(crate) mod budgets;
pub(crate) mod call;
pub(crate) mod entering;
pub(crate) mod epoch;
// Its constants hold machines, which the model checker's cannot be.
#[cfg(not(retry_loom))]
pub(crate) mod expansion;
pub(crate) mod gates;
pub(crate) mod halt;
pub(crate) mod keyed;
pub(crate) mod lazy_call;
pub(crate) mod observing;
pub(crate) mod of_preset;
pub(crate) mod open_attempt;
pub(crate) mod operations;
pub(crate) mod parts;
pub(crate) mod pause;
pub(crate) mod rate_limit;
pub(crate) mod retry;
pub(crate) mod sandbox;
pub(crate) mod seeds;
pub(crate) mod services;
pub(crate) mod shutdown;
#[cfg_attr(not(feature = "tracing"), path = "spans_off.rs")]
pub(crate) mod spans;
pub(crate) mod statistics;
pub(crate) mod throttle;
#[cfg_attr(not(feature = "tracing"), path = "trace_off.rs")]
pub(crate) mod trace;
