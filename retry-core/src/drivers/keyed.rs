//! Something for each key, of which there may be more than can be kept.
//!
//! Gates by host, shard or tenant keep one bad one from closing the way to the others. Keys come
//! from requests, so how many are kept is bounded: the one that was asked for least recently makes
//! room for a new one, and starts anew when it comes back.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// Readers of different keys rarely meet at one lock.
const SHARDS: usize = 16;

/// A key as it is looked up: two hashes under keys of the process, which no two keys share in the
/// life of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Digest(u64, u64);

impl Digest {
    pub(crate) fn of<K: Hash + ?Sized>(key: &K) -> Self {
        static HASHERS: OnceLock<(RandomState, RandomState)> = OnceLock::new();
        let (one, other) = HASHERS.get_or_init(Default::default);
        Self(one.hash_one(key), other.hash_one(key))
    }
}

/// A bounded map from keys to values that calls share.
pub(crate) struct Keyed<V> {
    shards: [RwLock<HashMap<Digest, Kept<V>>>; SHARDS],
    /// How many values were made: what "recently" is counted in.
    made: AtomicU64,
    most: usize,
}

struct Kept<V> {
    value: Arc<V>,
    asked: AtomicU64,
}

impl<V> Keyed<V> {
    /// How many keys are kept where nobody says.
    pub(crate) const MOST: usize = 1024;

    pub(crate) fn new(most: usize) -> Self {
        let most = most.div_ceil(SHARDS).max(1);
        Self { shards: Default::default(), made: AtomicU64::new(0), most }
    }

    /// The value for a key, made where there is none.
    pub(crate) fn get_or_make(&self, key: Digest, make: impl FnOnce() -> V) -> Arc<V> {
        #[allow(clippy::cast_possible_truncation)] // any bits of a hash will do
        let shard = &self.shards[key.0 as usize % SHARDS];
        let now = self.made.load(Ordering::Relaxed);
        if let Some(kept) = shard.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            // Written only where it changes, so that a busy key does not move between processors.
            if kept.asked.load(Ordering::Relaxed) != now {
                kept.asked.store(now, Ordering::Relaxed);
            }
            return Arc::clone(&kept.value);
        }
        let value = Arc::new(make());
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = shard.get(&key) {
            return Arc::clone(&kept.value);
        }
        let dropped = (shard.len() >= self.most).then(|| remove_oldest(&mut shard)).flatten();
        let asked = AtomicU64::new(self.made.fetch_add(1, Ordering::Relaxed) + 1);
        shard.insert(key, Kept { value: Arc::clone(&value), asked });
        drop(shard);
        drop(dropped);
        value
    }

    /// All values that are kept.
    pub(crate) fn values(&self) -> Vec<Arc<V>> {
        let shards =
            self.shards.iter().map(|shard| shard.read().unwrap_or_else(PoisonError::into_inner));
        shards
            .flat_map(|shard| {
                shard.values().map(|kept| Arc::clone(&kept.value)).collect::<Vec<_>>()
            })
            .collect()
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.read().unwrap().len()).sum()
    }
}

fn remove_oldest<V>(shard: &mut HashMap<Digest, Kept<V>>) -> Option<Kept<V>> {
    let oldest = shard.iter().min_by_key(|(_, kept)| kept.asked.load(Ordering::Relaxed))?;
    let key = *oldest.0;
    shard.remove(&key)
}

impl<V> fmt::Debug for Keyed<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyed").field("most", &self.most).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_value_for_as_long_as_it_is_kept() {
        let keyed = Keyed::new(64);
        let one = keyed.get_or_make(Digest::of("one"), || 1);
        let other = keyed.get_or_make(Digest::of("other"), || 2);
        assert_eq!((*one, *other), (1, 2));
        assert!(Arc::ptr_eq(&one, &keyed.get_or_make(Digest::of("one"), || 3)));
    }

    #[test]
    fn the_key_that_is_asked_for_all_the_time_stays_however_many_come_by() {
        let keyed = Keyed::new(64);
        let busy = keyed.get_or_make(Digest::of(&0), || 0);
        for key in 1..10_000 {
            keyed.get_or_make(Digest::of(&key), || key);
            assert!(Arc::ptr_eq(&busy, &keyed.get_or_make(Digest::of(&0), || 7)));
        }
        assert!(keyed.len() <= 64, "{}", keyed.len());
    }
}
