//! Layer 2: state machines. Arithmetic over their arguments; time and chance are arguments too.

pub(crate) mod breaker;
pub(crate) mod budget;
pub(crate) mod histogram;
pub(crate) mod measure;
pub(crate) mod rate_limit;
pub(crate) mod rng;
pub(crate) mod schedule;
pub(crate) mod session;
pub(crate) mod sliding;
pub(crate) mod sync;
pub(crate) mod tally;
pub(crate) mod throttle;
