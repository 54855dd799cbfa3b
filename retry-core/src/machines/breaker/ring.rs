//! The last so many calls, one bit each.
//!
//! A bit that says "failed" is written only where it differs from the one it takes the place of,
//! and whoever turned it also moves the count. So the count is that of the bits under every
//! interleaving, it cannot run below zero, and a success in the place of a success costs one
//! locked operation: the step of the cursor.

use crate::machines::sync::{AtomicU32, AtomicU64, Ordering, in_total_order};

use super::window::Counts;

/// A ring of calls.
pub(super) struct Ring {
    /// How many calls were ever recorded.
    cursor: AtomicU64,
    /// What the cursor was when the ring was last emptied.
    emptied_at: AtomicU64,
    failures: Bits,
    slow: Option<Box<Bits>>,
}

/// One bit for each place of the ring, and how many of them are set.
struct Bits {
    words: Box<[AtomicU64]>,
    set: AtomicU32,
    size: u32,
}

impl Ring {
    pub(super) fn new(size: u32, with_slow: bool) -> Self {
        Self {
            cursor: AtomicU64::new(0),
            emptied_at: AtomicU64::new(0),
            failures: Bits::new(size),
            slow: with_slow.then(|| Box::new(Bits::new(size))),
        }
    }

    /// Records a success. Whether it does not complete `minimum` calls.
    #[inline(never)]
    pub(super) fn succeed(&self, minimum: u32) -> bool {
        self.push(false, false).1 != u64::from(minimum)
    }

    /// Records a call and tells its number, and how many calls the ring then holds.
    #[inline]
    pub(super) fn push(&self, failed: bool, slow: bool) -> (u64, u64) {
        // The count of failures and this cursor are each written before the other is read, by
        // calls that run at once: one of them sees both, for which the order has to be total.
        let number = self.cursor.fetch_add(1, Ordering::SeqCst);
        let place = number % self.size();
        self.failures.write(place, failed);
        if let Some(bits) = &self.slow {
            bits.write(place, slow);
        }
        in_total_order();
        (number, number.wrapping_add(1).wrapping_sub(self.emptied_at.load(Ordering::Relaxed)))
    }

    fn size(&self) -> u64 {
        u64::from(self.failures.size)
    }

    /// How many calls were ever recorded; wraps.
    #[inline]
    #[allow(clippy::cast_possible_truncation)] // wraps
    pub(super) fn recorded(&self) -> u32 {
        self.cursor.load(Ordering::Relaxed) as u32
    }

    /// The call of this number failed after all, if the ring still holds it.
    pub(super) fn fail_late(&self, number: u64) {
        let held = self.cursor.load(Ordering::SeqCst).saturating_sub(number) <= self.size();
        if held && number >= self.emptied_at.load(Ordering::Relaxed) {
            self.failures.write(number % self.size(), true);
        }
    }

    pub(super) fn counts(&self) -> Counts {
        let recorded = self.cursor.load(Ordering::SeqCst);
        let calls = recorded.saturating_sub(self.emptied_at.load(Ordering::Relaxed));
        Counts {
            calls: u32::try_from(calls).unwrap_or(u32::MAX).min(self.failures.size),
            failures: self.failures.count(),
            slow: self.slow.as_ref().map_or(0, |bits| bits.count()),
        }
    }

    /// Forgets every call. One that is being recorded at this very moment may be left.
    pub(super) fn clear(&self) {
        self.emptied_at.store(self.cursor.load(Ordering::SeqCst), Ordering::Relaxed);
        self.failures.clear();
        if let Some(bits) = &self.slow {
            bits.clear();
        }
    }
}

impl Bits {
    fn new(size: u32) -> Self {
        let words = (0..size.div_ceil(u64::BITS)).map(|_| AtomicU64::new(0)).collect();
        Self { words, set: AtomicU32::new(0), size }
    }

    #[inline]
    fn write(&self, place: u64, on: bool) {
        #[allow(clippy::cast_possible_truncation)] // below the ring's size, which is a `u32`
        let word = &self.words[(place / 64) as usize];
        let bit = 1 << (place % 64);
        if (word.load(Ordering::Relaxed) & bit != 0) == on {
            return;
        }
        if on {
            if word.fetch_or(bit, Ordering::Relaxed) & bit == 0 {
                self.set.fetch_add(1, Ordering::SeqCst);
            }
        } else if word.fetch_and(!bit, Ordering::Relaxed) & bit != 0 {
            self.set.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// How many are set. Whoever clears a bit may count it before the one who set it has.
    fn count(&self) -> u32 {
        let set = self.set.load(Ordering::SeqCst).cast_signed();
        set.max(0).cast_unsigned()
    }

    fn clear(&self) {
        for word in &self.words {
            let cleared = word.swap(0, Ordering::Relaxed).count_ones();
            self.set.fetch_sub(cleared, Ordering::SeqCst);
        }
    }

    #[cfg(test)]
    fn count_again(&self) -> u32 {
        self.words.iter().map(|word| word.load(Ordering::SeqCst).count_ones()).sum()
    }
}

#[cfg(test)]
impl Ring {
    /// Whether the counts are those of the bits.
    pub(super) fn is_sound(&self) -> bool {
        let sound = |bits: &Bits| bits.count() == bits.count_again();
        sound(&self.failures) && self.slow.as_ref().is_none_or(|bits| sound(bits))
    }
}
