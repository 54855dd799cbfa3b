//! How often, for each of a closed list of things.

use crate::values::circuit::CircuitState;
use crate::values::kind::ErrorKind;
use crate::values::stop::StopReason;

/// How often, for each of a closed list: of kinds, of reasons, of states, or of numbers.
///
/// ```
/// use retry_core::{ErrorKind, Statistics};
///
/// let snapshot = Statistics::snapshot();
/// let timeouts = snapshot.total.failed_attempts.get(ErrorKind::Timeout);
/// let failed = snapshot.total.failed_attempts.total();
/// # assert_eq!((timeouts, failed), (0, 0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts<K>(Vec<(K, u64)>);

/// What retries are counted by: the number of the retry, where this one stands for itself and all
/// above it.
pub(crate) const MOST_RETRIES: u32 = 9;

/// Every reason, in the order of declaration.
pub(crate) const REASONS: [StopReason; 9] = [
    StopReason::AttemptsExhausted,
    StopReason::NotRetryable,
    StopReason::DeadlineExceeded,
    StopReason::HintTooLong,
    StopReason::Cancelled,
    StopReason::CircuitOpen,
    StopReason::Budget,
    StopReason::Throttled,
    StopReason::Shutdown,
];

impl<K: Copy + PartialEq> Counts<K> {
    pub(crate) fn new(keys: impl IntoIterator<Item = K>, count: impl Fn(usize) -> u64) -> Self {
        Self(keys.into_iter().enumerate().map(|(i, key)| (key, count(i))).collect())
    }

    /// How often this one.
    #[must_use]
    pub fn get(&self, key: K) -> u64 {
        self.iter().find(|(known, _)| *known == key).map_or(0, |(_, count)| count)
    }

    /// Each of the list with its count, which may be 0.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (K, u64)> + '_ {
        self.0.iter().copied()
    }

    /// All together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for ((_, mine), (_, theirs)) in self.0.iter_mut().zip(&other.0) {
            *mine += theirs;
        }
    }
}

/// Every kind, with 0.
impl Default for Counts<ErrorKind> {
    fn default() -> Self {
        Self::new(ErrorKind::ALL, |_| 0)
    }
}

/// Every reason, with 0.
impl Default for Counts<StopReason> {
    fn default() -> Self {
        Self::new(REASONS, |_| 0)
    }
}

/// Every state, with 0.
impl Default for Counts<CircuitState> {
    fn default() -> Self {
        Self::new(CircuitState::ALL, |_| 0)
    }
}

/// 1 to 9, with 0; the last stands for itself and all above it.
impl Default for Counts<u32> {
    fn default() -> Self {
        Self::new(1..=MOST_RETRIES, |_| 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_stands_at_its_own_place() {
        for (place, reason) in REASONS.into_iter().enumerate() {
            assert_eq!(reason as usize, place);
        }
        // A reason that is added has to be listed too.
        let last = match StopReason::Shutdown {
            StopReason::AttemptsExhausted
            | StopReason::NotRetryable
            | StopReason::DeadlineExceeded
            | StopReason::HintTooLong
            | StopReason::Cancelled
            | StopReason::CircuitOpen
            | StopReason::Budget
            | StopReason::Throttled
            | StopReason::Shutdown => StopReason::Shutdown as usize,
        };
        assert_eq!(last + 1, REASONS.len());
    }
}
