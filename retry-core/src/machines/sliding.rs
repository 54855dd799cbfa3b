//! A sum over the recent past, without a lock.
//!
//! A ratio budget and the throttle both ask how much there was in the last while. The time is cut
//! into slots; one word holds the sum of all slots that still count, and what a slot added is taken
//! out of it when the slot is over. The sum is one word so that a withdrawal can be decided by one
//! compare-and-swap on it: a sum that has to be collected first is out of date when it is used, and
//! is overdrawn.
//!
//! The time may be cut otherwise from some moment on. The slots are numbered anew then, and what is
//! in them stays and is over within one window, whatever its age was.
//!
//! Words are added and taken out as they are, wrapping. A negative amount is its two's complement,
//! and two counts fit one word as long as the lower stays below its half.

use crate::machines::sync::{AtomicU32, AtomicU64, Ordering, const_unless_loom};

/// How many slots a window has: what is forgotten at once is a tenth of it, as published.
pub(crate) const SLOTS: usize = 10;

/// The sum of what was added in the last [`SLOTS`] slots, the present one included.
#[derive(Debug)]
pub(crate) struct Sliding<const N: usize> {
    slot_nanos: AtomicU64,
    /// The number of the slot that is added to.
    current: AtomicU64,
    /// [`ROLLING`] while a thread takes the slots out that are over, and [`RENUMBERED`] until the
    /// first that comes after the slots were given another length.
    rolling: AtomicU32,
    total: AtomicU64,
    slots: [AtomicU64; N],
}

const ROLLING: u32 = 1;
const RENUMBERED: u32 = 2;

impl<const N: usize> Sliding<N> {
    const_unless_loom! {
        /// A sum over `window` nanoseconds, which are more than the slots.
        pub(crate) fn new(window: u64) -> Self {
            Self {
                slot_nanos: AtomicU64::new(window / N as u64),
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

    /// From here on it is a sum over so many nanoseconds, which are more than the slots.
    pub(crate) fn set_window(&self, window: u64) {
        self.slot_nanos.store(window / N as u64, Ordering::Relaxed);
        self.rolling.fetch_or(RENUMBERED, Ordering::Release);
    }

    /// Forgets what it holds, and holds this much, for one window from its next use on.
    pub(crate) fn restart(&self, amount: i64) {
        for slot in &self.slots {
            let old = slot.swap(0, Ordering::Relaxed);
            self.total.fetch_sub(old, Ordering::Relaxed);
        }
        self.change_now(amount.cast_unsigned());
        self.rolling.fetch_or(RENUMBERED, Ordering::Release);
    }

    /// Takes out all that the sum and `reserve` together hold, and returns it; below zero, nothing.
    pub(crate) fn drain(&self, reserve: i64) -> i64 {
        let empty = reserve.wrapping_neg().cast_unsigned();
        let more = |total: u64| (total.cast_signed() > empty.cast_signed()).then_some(empty);
        match self.total.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more) {
            Ok(total) => {
                let slot = self.at(self.current.load(Ordering::Acquire));
                slot.fetch_add(empty.wrapping_sub(total), Ordering::Relaxed);
                total.wrapping_sub(empty).cast_signed()
            }
            Err(total) => total.wrapping_sub(empty).cast_signed(),
        }
    }

    /// Adds to the slot of the last use.
    fn change_now(&self, amount: u64) {
        self.total.fetch_add(amount, Ordering::Relaxed);
        self.at(self.current.load(Ordering::Acquire)).fetch_add(amount, Ordering::Relaxed);
    }

    /// Takes out what is over, and returns the slot to add to.
    ///
    /// Only one thread does so at a time, and publishes the new slot when it is done: what others
    /// add meanwhile goes to the slot before. Were the new slot published first, the emptying
    /// could take with it what was added to it just now, and a withdrawal would be undone.
    fn roll(&self, now: u64) -> &AtomicU64 {
        let slot = self.slot_at(now);
        let mut current = self.current.load(Ordering::Acquire);
        if slot > current || self.rolling.load(Ordering::Relaxed) & RENUMBERED != 0 {
            // Read before the claim: who adds to this slot after having lost the claim is kept.
            let over = self.at(current).load(Ordering::Relaxed);
            if let Some(renumbered) = self.claim() {
                // Counted again: whoever comes with the claim sees the length that it came with.
                let slot = self.slot_at(now);
                if renumbered || slot > current && self.current.load(Ordering::Relaxed) == current {
                    if !renumbered {
                        self.empty(current, slot, over);
                    }
                    self.current.store(slot, Ordering::Release);
                    current = slot;
                }
                self.rolling.fetch_and(!ROLLING, Ordering::Release);
            }
        }
        self.at(current)
    }

    fn slot_at(&self, now: u64) -> u64 {
        now.checked_div(self.slot_nanos.load(Ordering::Relaxed)).unwrap_or(0)
    }

    /// Claims the right to move on, unless another has it: whether the slots have other numbers
    /// since the last.
    fn claim(&self) -> Option<bool> {
        let free = |state: u32| (state & ROLLING == 0).then_some(ROLLING);
        let claimed = self.rolling.fetch_update(Ordering::Acquire, Ordering::Relaxed, free);
        Some(claimed.ok()? & RENUMBERED != 0)
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
    fn slots_of_another_length_keep_what_is_in_them_for_one_window() {
        for (before, after) in [(1_000, 60_000), (60_000, 1_000), (1_000, 1_010)] {
            let sum = Sliding::<10>::new(before);
            let now = 1_000_000;
            (0..10).for_each(|slot| sum.add(1, now + slot * before / 10));
            let now = now + before;
            sum.set_window(after);
            assert_eq!(sum.total(now), 10, "{before}, {after}");
            sum.add(1, now);
            assert!(sum.total(now + after / 2) > 1, "{before}, {after}");
            assert_eq!(sum.total(now + after), 0, "{before}, {after}");
            sum.add(3, now + after);
            assert_eq!(sum.total(now + after), 3, "{before}, {after}");
        }
    }

    #[test]
    fn what_a_sum_starts_with_is_over_after_its_window() {
        let sum = Sliding::<10>::new(1_000);
        sum.add(7, 5_000_000);
        assert_eq!(sum.drain(3), 10);
        assert!(!sum.withdraw(1, 3, 5_000_000));
        sum.restart(-2);
        assert!(!sum.withdraw(2, 3, 9_000_000));
        assert!(sum.withdraw(1, 3, 9_000_000));
        assert!(sum.withdraw(3, 3, 9_001_100), "both withdrawals are over");
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
