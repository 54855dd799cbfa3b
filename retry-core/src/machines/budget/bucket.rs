//! A bucket of tokens and a count of calls in one word.
//!
//! A call that succeeds at once pays for the budget of those that do not, so it must hardly cost
//! anything: one relaxed load, one comparison and one relaxed add that deposits and counts.
//! The count is in the upper half and may wrap; the balance is in the lower, in millionths.
//!
//! Two threads that deposit at once may take the balance a deposit above the cap. It is cut where
//! it would do harm: a withdrawal never sees more than the cap.

use crate::machines::sync::{AtomicU64, Ordering, const_unless_loom};
use crate::values::budget_policy::TOKEN;

use super::numbers::Numbers;

/// One call, in the word.
const CALL: u64 = 1 << 32;
const BALANCE: u64 = CALL - 1;

/// A balance that is full whatever the cap is, with room above it for deposits that race.
pub(super) const FULL: u32 = 2000 * TOKEN;

#[derive(Debug)]
pub(super) struct Bucket {
    word: AtomicU64,
}

impl Bucket {
    const_unless_loom! {
        /// A full bucket.
        pub(super) fn new() -> Self {
            Self { word: AtomicU64::new(FULL as u64) }
        }
    }

    /// A success: counts the call, and deposits unless the bucket is full. Whether it is the first
    /// call of all.
    #[inline]
    pub(super) fn deposit(&self, numbers: &Numbers) -> bool {
        let word = self.word.load(Ordering::Relaxed);
        let deposit = if balance(word) < numbers.max() { numbers.deposit() } else { 0 };
        self.word.fetch_add(CALL + u64::from(deposit), Ordering::Relaxed);
        calls(word) == 0
    }

    /// Counts a call that brings nothing. Returns how many there were before.
    pub(super) fn count(&self) -> u32 {
        calls(self.word.fetch_add(CALL, Ordering::Relaxed))
    }

    /// Draws `cost`, of which more than `cap` is never there nor asked for. Returns what it drew.
    pub(super) fn withdraw(&self, cost: u32, cap: u32) -> Option<u32> {
        let cost = cost.min(cap);
        self.update(|balance| balance.min(cap).checked_sub(cost)).then_some(cost)
    }

    /// Takes `cost`, or what is left of it: a failure is not asked whether it may happen.
    pub(super) fn take(&self, cost: u32, cap: u32) {
        self.update(|balance| Some(balance.min(cap).saturating_sub(cost)));
    }

    /// Keeps the part that is there of `from`, the most until now, as that of `to`.
    pub(super) fn scale(&self, from: u32, to: u32) {
        if from == to {
            return;
        }
        let part = |held: u32| u64::from(held) * u64::from(to) / u64::from(from.max(1));
        self.update(|balance| match balance {
            FULL.. => Some(balance),
            _ => Some(u32::try_from(part(balance.min(from))).unwrap_or(FULL).min(FULL)),
        });
    }

    /// Puts this in the place of what is there.
    pub(super) fn set(&self, held: u32) {
        self.update(|_| Some(held));
    }

    /// Takes all out, and returns it.
    pub(super) fn drain(&self) -> u32 {
        balance(self.word.fetch_and(!BALANCE, Ordering::Relaxed))
    }

    /// Puts `amount` in. What is above the cap is cut at the next withdrawal.
    pub(super) fn put(&self, amount: u32) {
        self.update(|balance| Some(balance.saturating_add(amount).min(balance.max(FULL))));
    }

    /// Fills the bucket to whatever the cap will be.
    pub(super) fn fill(&self) {
        self.update(|balance| Some(balance.max(FULL)));
    }

    /// The balance, uncut.
    pub(super) fn balance(&self) -> u32 {
        balance(self.word.load(Ordering::Relaxed))
    }

    /// The number of calls so far; wraps.
    pub(super) fn calls(&self) -> u32 {
        calls(self.word.load(Ordering::Relaxed))
    }

    /// Changes the balance and leaves the count, in one step that no other thread comes between.
    fn update(&self, change: impl Fn(u32) -> Option<u32>) -> bool {
        let changed = |word| Some(word & !BALANCE | u64::from(change(balance(word))?));
        self.word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, changed).is_ok()
    }
}

#[allow(clippy::cast_possible_truncation)] // the lower half
const fn balance(word: u64) -> u32 {
    word as u32
}

#[allow(clippy::cast_possible_truncation)] // the upper half
const fn calls(word: u64) -> u32 {
    (word >> 32) as u32
}
