//! The last so many calls, one bit each, and another one where slowness counts.
//!
//! A success in the place of a success costs one locked operation: the step of the cursor.

use crate::machines::sync::{AtomicU32, AtomicU64, Ordering, in_total_order};

use super::bits::Bits;
use super::window::{Call, Counts};

/// A ring of calls. The bits of those that were slow are kept beside it, by whoever wants them.
pub(super) struct Ring {
    /// How many calls were ever recorded.
    cursor: AtomicU64,
    /// What the cursor was when the ring was last emptied.
    emptied_at: AtomicU64,
    /// With how many calls in the ring a success can be the reason to open; of a count that goes on
    /// beyond the size, and wraps.
    look_at: AtomicU32,
    failures: Bits,
}

impl Ring {
    pub(super) fn new(size: u32, minimum: u32) -> Self {
        Self {
            cursor: AtomicU64::new(0),
            emptied_at: AtomicU64::new(0),
            look_at: AtomicU32::new(minimum),
            failures: Bits::new(size),
        }
    }

    /// Records a success. Whether it cannot be the reason to open.
    #[inline(never)]
    pub(super) fn succeed(&self, slow: Option<&Bits>) -> bool {
        !self.push(Call { failed: false, slow: false }, slow).1
    }

    /// Records a call and tells its number, and whether a success can now be the reason to open.
    #[inline]
    pub(super) fn push(&self, call: Call, slow: Option<&Bits>) -> (u64, bool) {
        // The count of failures and this cursor are each written before the other is read, by
        // calls that run at once: one of them sees both, for which the order has to be total.
        let number = self.cursor.fetch_add(1, Ordering::SeqCst);
        let place = self.place(number);
        self.failures.write(place, call.failed);
        if let Some(bits) = slow {
            bits.write(place, call.slow);
        }
        in_total_order();
        let held = number.wrapping_add(1).wrapping_sub(self.emptied_at.load(Ordering::Relaxed));
        (number, truncated(held) == self.look_at.load(Ordering::Relaxed))
    }

    #[inline]
    fn place(&self, number: u64) -> u64 {
        number.checked_rem(self.failures.size()).unwrap_or(0)
    }

    /// How many calls were ever recorded; wraps.
    #[inline]
    pub(super) fn recorded(&self) -> u32 {
        truncated(self.cursor.load(Ordering::Relaxed))
    }

    /// The call of this number failed after all, if the ring still holds it.
    pub(super) fn fail_late(&self, number: u64) {
        let cursor = self.cursor.load(Ordering::SeqCst);
        let held = number < cursor && cursor - number <= self.failures.size();
        if held && number >= self.emptied_at.load(Ordering::Relaxed) {
            self.failures.write(self.place(number), true);
        }
    }

    /// What it holds. Who is held up while it counts may find the failures of many calls that came
    /// meanwhile, or of many that are gone since: they are put among as many calls as there ever
    /// were meanwhile.
    pub(super) fn counts(&self, slow: Option<&Bits>) -> Counts {
        let before = self.held();
        let (failures, slow) = (self.failures.count(), slow.map_or(0, Bits::count));
        Counts { calls: before.max(self.held()), failures, slow }
    }

    fn held(&self) -> u32 {
        let recorded = self.cursor.load(Ordering::SeqCst);
        let calls = recorded.saturating_sub(self.emptied_at.load(Ordering::Relaxed));
        u32::try_from(calls.min(self.failures.size())).unwrap_or(u32::MAX)
    }

    /// Forgets every call. One that is being recorded at this very moment may be left.
    pub(super) fn clear(&self, minimum: u32, slow: Option<&Bits>) {
        self.emptied_at.store(self.cursor.load(Ordering::SeqCst), Ordering::Relaxed);
        self.failures.clear();
        if let Some(bits) = slow {
            bits.clear();
        }
        self.expect(minimum);
    }

    /// The least number of calls is another from here on. Where the ring holds as many, the next
    /// outcome is looked at, whatever it is: the settings that it is judged by are others too.
    pub(super) fn expect(&self, minimum: u32) {
        let cursor = self.cursor.load(Ordering::SeqCst);
        let held = cursor.saturating_sub(self.emptied_at.load(Ordering::Relaxed));
        let look_at = if held < minimum.into() { minimum } else { truncated(held + 1) };
        self.look_at.store(look_at, Ordering::Relaxed);
    }

    /// Becomes one of another size, which holds as many of these calls as it can, and of each sort
    /// the same part of them; spread evenly, since nobody knows in which order they came.
    ///
    /// Calls are recorded meanwhile, and this may be held up for as long as they like: what they have
    /// written under the old size goes, and what they overwrite is not written back.
    pub(super) fn reshape(&self, size: u32, kept: Counts, slow: Option<&Bits>) {
        let all = [Some(&self.failures), slow];
        all.into_iter().flatten().for_each(|bits| bits.resize(size));
        let kept = kept.at_most(size);
        let first = self.cursor.fetch_add(kept.calls.into(), Ordering::SeqCst);
        self.emptied_at.store(first, Ordering::Relaxed);
        all.into_iter().flatten().for_each(Bits::clear);
        for (bits, count) in all.into_iter().zip([kept.failures, kept.slow]) {
            let Some(bits) = bits else { continue };
            for nth in 0..u64::from(count) {
                let number = first + nth * u64::from(kept.calls) / u64::from(count);
                if self.cursor.load(Ordering::SeqCst) - number <= size.into() {
                    bits.write(self.place(number), true);
                }
            }
        }
    }

    /// Corrects the counts by what has no place in the ring.
    pub(super) fn sweep(&self, slow: Option<&Bits>) {
        [Some(&self.failures), slow].into_iter().flatten().for_each(Bits::sweep);
    }
}

#[allow(clippy::cast_possible_truncation)] // wraps
const fn truncated(count: u64) -> u32 {
    count as u32
}

#[cfg(test)]
impl Ring {
    /// Whether the counts are those of the bits.
    pub(super) fn is_sound(&self) -> bool {
        self.failures.is_sound()
    }
}
