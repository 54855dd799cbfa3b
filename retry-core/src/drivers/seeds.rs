//! Where a call gets its number from: the seed of its random stream and its idempotency key.
//!
//! A number is taken when a call fails for the first time or its attempt is looked at, so an
//! annotated call that succeeds takes none. Threads take them in blocks, so that a million calls a
//! second do not meet at one counter.

use std::cell::Cell;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::machines::rng::{mix, seed_of_call};
use crate::values::idempotency_key::IdempotencyKey;

/// A source of seeds.
#[derive(Clone, Debug)]
pub(crate) enum Seeds {
    /// Other ones in every process.
    Process,
    /// The same ones in every run: call number `n` of the handle gets the same stream.
    Fixed { seed: u64, calls: Arc<AtomicU64>, handle: u64 },
}

/// How many numbers a thread takes at once.
const BLOCK: u64 = 1 << 10;

static NEXT_BLOCK: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The next number of this thread, and how many it has left.
    static OWN: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

fn next_number() -> u64 {
    // A thread that is being torn down has no block of its own.
    OWN.try_with(|own| {
        let (next, left) = match own.get() {
            (_, 0) => (NEXT_BLOCK.fetch_add(BLOCK, Ordering::Relaxed), BLOCK),
            own => own,
        };
        own.set((next + 1, left - 1));
        next
    })
    .unwrap_or_else(|_| NEXT_BLOCK.fetch_add(BLOCK, Ordering::Relaxed))
}

/// What is random about this process.
///
/// The standard library's hasher keys are the one source of entropy that needs no dependency; once
/// per process is enough, since every call goes on from its number.
fn entropy() -> &'static [u64; 3] {
    static ENTROPY: OnceLock<[u64; 3]> = OnceLock::new();
    ENTROPY.get_or_init(|| {
        let state = RandomState::new();
        [0_u64, 1, 2].map(|word| state.hash_one(word))
    })
}

impl Seeds {
    pub(crate) fn fixed(seed: u64) -> Self {
        Self::Fixed { seed, calls: Arc::default(), handle: next_number() }
    }

    /// The seed of the next call.
    pub(crate) fn next(&self) -> NonZeroU64 {
        let seed = match self {
            Self::Process => seed_of_call(entropy()[0], next_number()),
            Self::Fixed { seed, calls, .. } => {
                seed_of_call(*seed, calls.fetch_add(1, Ordering::Relaxed))
            }
        };
        NonZeroU64::new(seed).unwrap_or(NonZeroU64::MAX)
    }

    /// The key of the call with this seed. A fixed seed comes again in the next run; its keys do
    /// not, or a server would take the calls of one run for retries of another.
    pub(crate) fn key(&self, seed: NonZeroU64) -> IdempotencyKey {
        let handle = match self {
            Self::Process => 0,
            Self::Fixed { handle, .. } => mix(handle + 1),
        };
        let [_, high, low] = *entropy();
        IdempotencyKey::new(mix(seed.get() ^ high ^ handle), mix(seed.get().wrapping_add(low)))
    }
}
