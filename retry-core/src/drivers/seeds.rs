//! Where the seed of a call's random stream comes from.
//!
//! A seed is taken when a call fails for the first time, so a call that succeeds draws nothing.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::machines::rng::{Rng, seed_of_call};

/// A source of seeds.
#[derive(Clone, Debug)]
pub(crate) enum Seeds {
    /// Other ones in every process.
    Process,
    /// The same ones in every run: call number `n` of the handle gets the same stream.
    Fixed { seed: u64, calls: Arc<AtomicU64> },
}

static PROCESS_SEED: OnceLock<u64> = OnceLock::new();
static PROCESS_CALLS: AtomicU64 = AtomicU64::new(0);

impl Seeds {
    pub(crate) fn fixed(seed: u64) -> Self {
        Self::Fixed { seed, calls: Arc::default() }
    }

    pub(crate) fn next(&self) -> Rng {
        let (seed, calls) = match self {
            // The standard library's hasher keys are the one source of entropy that needs no
            // dependency; once per process is enough, since every call goes on from its number.
            Self::Process => {
                (*PROCESS_SEED.get_or_init(|| RandomState::new().hash_one(0)), &PROCESS_CALLS)
            }
            Self::Fixed { seed, calls } => (*seed, &**calls),
        };
        Rng::seeded(seed_of_call(seed, calls.fetch_add(1, Ordering::Relaxed)))
    }
}
