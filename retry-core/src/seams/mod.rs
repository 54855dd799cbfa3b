//! Layer 1: the seams, where an application can put in its own: each a trait with its smallest
//! implementations.

pub(crate) mod chain;
pub(crate) mod classify;
pub(crate) mod clock;
pub(crate) mod dead_letter;
pub(crate) mod event_recorder;
pub(crate) mod fields;
pub(crate) mod foreign;
pub(crate) mod gate;
#[cfg(feature = "http")]
pub(crate) mod hint;
pub(crate) mod http_outcome;
pub(crate) mod manual_clock;
pub(crate) mod memory_letters;
pub(crate) mod observe;
pub(crate) mod queued;
pub(crate) mod test_mode;
