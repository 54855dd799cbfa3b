//! What the errors of other crates are, each behind the feature of its name.
//!
//! The crates that most services fail through say in their own types what went wrong. What they say
//! is read here once, by codes and never by texts, so that no application has to. Each module
//! answers for one link of a chain of sources, and leaves to the chain what only wraps another
//! error.

#[cfg(feature = "anyhow")]
mod anyhow;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "hyper")]
mod hyper;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "sqlx")]
mod sqlx;
#[cfg(feature = "tonic")]
mod tonic;

use std::error::Error;

use crate::values::kind::Verdict;

type Known = fn(&(dyn Error + 'static)) -> Option<Verdict>;

const KNOWN: &[Known] = &[
    #[cfg(feature = "reqwest")]
    reqwest::known,
    #[cfg(feature = "hyper")]
    hyper::known,
    #[cfg(feature = "http")]
    http::known,
    #[cfg(feature = "tonic")]
    tonic::known,
    #[cfg(feature = "sqlx")]
    sqlx::known,
    #[cfg(feature = "redis")]
    redis::known,
];

/// What one link says, without its sources; `None` also for a link that leaves it to them.
pub(crate) fn known(error: &(dyn Error + 'static)) -> Option<Verdict> {
    KNOWN.iter().find_map(|known| known(error))
}
