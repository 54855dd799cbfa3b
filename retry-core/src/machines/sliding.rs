//! A sum over the recent past, without a lock.
//!
//! A ratio budget and the throttle both ask how much there was in the last while. The time is cut
//! into slots; one word holds the sum of all slots that still count, and what a slot added is taken
//! out of it when the slot is over. The sum is one word so that a withdrawal can be decided by one
//! compare-and-swap on it: a sum that has to be collected first is out of date when it is used, and
//! is overdrawn.
//!
//! Words are added and taken out as they are, wrapping. A negative amount is its two's complement,
//! and two counts fit one word as long as the lower stays below its half.

use crate::machines::sync::{AtomicU32, AtomicU64, Ordering, const_unless_loom};

/// How many slots a window has: what is forgotten at once is a tenth of it, as published.
pub(crate) const SLOTS: usize = 10;

/// The sum of what was added in the last [`SLOTS`] slots, the present one included.
#[derive(Debug)]
pub(crate) struct Sliding<const N: usize> {
    slot_nanos: u64,
    /// The number of the slot that is added to.
    current: AtomicU64,
    /// 1 while a thread takes the slots out that are over.
    rolling: AtomicU32,
    total: AtomicU64,
    slots: [AtomicU64; N],
}

impl<const N: usize> Sliding<N> {
    const_unless_loom! {
        /// A sum over `window` nanoseconds, which are more than the slots.
        pub(crate) fn new(window: u64) -> Self {
            Self {
                slot_nanos: window / N as u64,
                current: AtomicU64::new(0),
                rolling: AtomicU32::new(0),
                total: AtomicU64::new(0),
                #[cfg(not(retry_loom))]
                slots: [const { AtomicU64::new(0) }; N],
                #[cfg(retry_loom)]
                slots: std::array::from_fn(|_| AtomicU64::new(0)),
            }
        }
    }

    /// Adds `amount` at the time `now`.
    pub(crate) fn add(&self, amount: u64, now: u64) {
        let slot = self.roll(now);
        self.total.fetch_add(amount, Ordering::Relaxed);
        slot.fetch_add(amount, Ordering::Relaxed);
    }

    /// Takes `cost` out, if the sum and `reserve` together hold it.
    pub(crate) fn withdraw(&self, cost: u32, reserve: i64, now: u64) -> bool {
        let slot = self.roll(now);
        let cost = u64::from(cost);
        let taken = self.total.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |total| {
            let held = total.cast_signed().saturating_add(reserve);
            (held >= cost.cast_signed()).then(|| total.wrapping_sub(cost))
        });
        if taken.is_ok() {
            slot.fetch_sub(cost, Ordering::Relaxed);
        }
        taken.is_ok()
    }

    /// The sum at the time `now`.
    pub(crate) fn total(&self, now: u64) -> u64 {
        self.roll(now);
        self.total.load(Ordering::Relaxed)
    }

    /// The sum at the time of the last use.
    pub(crate) fn last_total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Takes out what is over, and returns the slot to add to.
    ///
    /// Only one thread does so at a time, and publishes the new slot when it is done: what others
    /// add meanwhile goes to the slot before. Were the new slot published first, the emptying
    /// could take with it what was added to it just now, and a withdrawal would be undone.
    fn roll(&self, now: u64) -> &AtomicU64 {
        let slot = now / self.slot_nanos;
        let mut current = self.current.load(Ordering::Acquire);
        if slot > current {
            // Read before the claim: who adds to this slot after having lost the claim is kept.
            let over = self.at(current).load(Ordering::Relaxed);
            if self.claim() {
                if self.current.load(Ordering::Relaxed) == current {
                    self.empty(current, slot, over);
                    self.current.store(slot, Ordering::Release);
                    current = slot;
                }
                self.rolling.store(0, Ordering::Release);
            }
        }
        self.at(current)
    }

    fn claim(&self) -> bool {
        self.rolling.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Takes out what slots `current` (which held `over`) to `slot` held a whole window ago.
    fn empty(&self, current: u64, slot: u64, over: u64) {
        let passed = slot - current;
        for next in 1..=passed.min(N as u64 - 1) {
            let old = self.at(current + next).swap(0, Ordering::Relaxed);
            self.total.fetch_sub(old, Ordering::Relaxed);
        }
        if passed >= N as u64 {
            self.at(current).fetch_sub(over, Ordering::Relaxed);
            self.total.fetch_sub(over, Ordering::Relaxed);
        }
    }

    fn at(&self, slot: u64) -> &AtomicU64 {
        #[allow(clippy::cast_possible_truncation)] // below N
        let index = (slot % N as u64) as usize;
        &self.slots[index]
    }
}

#[cfg(all(test, not(retry_loom)))]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_gone_a_window_later_and_not_before() {
        let sum = Sliding::<10>::new(1_000);
        sum.add(7, 0);
        sum.add(5, 950);
        assert_eq!(sum.total(999), 12);
        assert_eq!(sum.total(1_000), 5);
        assert_eq!(sum.total(1_899), 5);
        assert_eq!(sum.total(1_900), 0);
    }

    #[test]
    fn after_a_long_silence_nothing_is_left() {
        let sum = Sliding::<10>::new(1_000);
        (0..10).for_each(|slot| sum.add(1, slot * 100));
        assert_eq!(sum.total(910), 10);
        assert_eq!(sum.total(1_000_000_007), 0);
        sum.add(3, 1_000_000_008);
        assert_eq!(sum.total(1_000_000_008), 3);
    }

    #[test]
    fn a_time_that_goes_back_adds_to_the_present_slot() {
        let sum = Sliding::<10>::new(1_000);
        sum.add(1, 5_000);
        sum.add(1, 100);
        assert_eq!(sum.total(5_000), 2);
    }

    #[test]
    fn a_withdrawal_outlives_the_deposit_that_paid_for_it() {
        let sum = Sliding::<10>::new(1_000);
        sum.add(10, 0);
        assert!(sum.withdraw(10, 0, 500));
        assert!(!sum.withdraw(1, 0, 500));
        // The deposit is over, the withdrawal is not: below zero, as published.
        sum.add(9, 1_000);
        assert!(!sum.withdraw(1, 0, 1_000));
        assert!(sum.withdraw(9, 0, 1_500));
    }
}
