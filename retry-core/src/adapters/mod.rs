//! Layer 4: adapters. What connects the rest to another crate, one feature for each.

#[cfg(feature = "serde")]
pub(crate) mod config;
#[cfg(feature = "metrics")]
pub(crate) mod metrics;
#[cfg(feature = "page")]
mod page;
#[cfg(feature = "serde")]
mod statistics;
