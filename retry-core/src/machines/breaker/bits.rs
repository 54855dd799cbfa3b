//! One bit for each place of a ring, and how many of them are set.
//!
//! A bit is written only where it differs from what is there, and whoever turned it also moves the
//! count. So the count is that of the bits under every interleaving, it cannot run below zero, and
//! where nothing changes nothing is written.
//!
//! The first places are in the bits themselves, where the default window finds all of its own. More
//! of them are in segments, which are added and never taken away: a ring that shrinks uses fewer
//! places. So a reference to a place is good for ever, and none is counted.

use std::array;

use crate::machines::sync::{AtomicU32, AtomicU64, OnceLock, Ordering};

const FIRST: usize = 2;
const PLACES: u64 = u64::BITS as u64;

pub(super) struct Bits {
    set: AtomicU32,
    size: AtomicU32,
    first: [AtomicU64; FIRST],
    more: OnceLock<Box<Segment>>,
}

struct Segment {
    words: Box<[AtomicU64]>,
    more: OnceLock<Box<Segment>>,
}

impl Bits {
    pub(super) fn new(size: u32) -> Self {
        let new = Self {
            set: AtomicU32::new(0),
            size: AtomicU32::new(0),
            first: array::from_fn(|_| AtomicU64::new(0)),
            more: OnceLock::new(),
        };
        new.resize(size);
        new
    }

    /// Gives the ring another size; what the bits are is for the caller to see to.
    pub(super) fn resize(&self, size: u32) {
        let needed = size.div_ceil(u64::BITS) as usize;
        let (mut had, mut more) = (FIRST, &self.more);
        while had < needed {
            // At least as many as there are, so that few segments hold any number.
            let segment = more.get_or_init(|| Box::new(Segment::new(had.max(needed - had))));
            had += segment.words.len();
            more = &segment.more;
        }
        self.size.store(size, Ordering::Release);
    }

    #[inline]
    pub(super) fn size(&self) -> u64 {
        u64::from(self.size.load(Ordering::Acquire))
    }

    #[inline]
    pub(super) fn write(&self, place: u64, on: bool) {
        // A place that another thread has made only just now: the call is not remembered.
        let Some(word) = self.word(place) else { return };
        let bit = 1 << (place % PLACES);
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

    #[inline]
    fn word(&self, place: u64) -> Option<&AtomicU64> {
        #[allow(clippy::cast_possible_truncation)] // below the ring's size, which is a `u32`
        let at = (place / PLACES) as usize;
        if at < FIRST { Some(&self.first[at]) } else { self.beyond(at - FIRST) }
    }

    fn beyond(&self, mut at: usize) -> Option<&AtomicU64> {
        let mut segment = self.more.get()?;
        while at >= segment.words.len() {
            at -= segment.words.len();
            segment = segment.more.get()?;
        }
        Some(&segment.words[at])
    }

    fn words(&self) -> impl Iterator<Item = &AtomicU64> {
        let mut next = self.more.get();
        let segments = std::iter::from_fn(move || {
            let segment = next?;
            next = segment.more.get();
            Some(segment)
        });
        self.first.iter().chain(segments.flat_map(|segment| &segment.words))
    }

    /// How many are set. Whoever clears a bit may count it before the one who set it has.
    pub(super) fn count(&self) -> u32 {
        let set = self.set.load(Ordering::SeqCst).cast_signed();
        set.max(0).cast_unsigned()
    }

    pub(super) fn clear(&self) {
        self.keep(0);
    }

    /// Clears what stands beyond the size: a call that was being recorded when the ring shrank, and
    /// would be counted for as long as the ring does not grow again.
    pub(super) fn sweep(&self) {
        self.keep(self.size());
    }

    /// Clears all but the first so many places.
    fn keep(&self, places: u64) {
        let mut cleared = 0;
        let mut left = places;
        for word in self.words() {
            let kept = 1_u64.checked_shl(u32::try_from(left).unwrap_or(u64::BITS));
            let kept = kept.map_or(u64::MAX, |beyond| beyond - 1);
            if word.load(Ordering::Relaxed) & !kept != 0 {
                let was = word.fetch_and(kept, Ordering::Relaxed);
                cleared += (was & !kept).count_ones();
            }
            left = left.saturating_sub(PLACES);
        }
        self.set.fetch_sub(cleared, Ordering::SeqCst);
    }
}

impl Segment {
    fn new(words: usize) -> Self {
        let words = (0..words).map(|_| AtomicU64::new(0)).collect();
        Self { words, more: OnceLock::new() }
    }
}

#[cfg(all(test, not(retry_loom)))]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_every_size_is_one_of_its_own() {
        let bits = Bits::new(1);
        for size in [1, 64, 65, 128, 129, 300, 5_000, 10, 20_000] {
            bits.resize(size);
            bits.clear();
            (0..u64::from(size)).for_each(|place| bits.write(place, true));
            assert_eq!(bits.count(), size);
            assert!(bits.is_sound(), "{size}");
        }
    }

    /// A call that was being recorded while the ring shrank left a bit that no other call would ever
    /// overwrite, and that counted as a failure for good.
    #[test]
    fn what_stands_beyond_the_size_is_swept_up() {
        let bits = Bits::new(1_000);
        bits.resize(70);
        for place in [0, 69, 70, 127, 128, 129, 999] {
            bits.write(place, true);
        }
        bits.sweep();
        assert_eq!(bits.count(), 2);
        assert!(bits.is_sound());
    }

    #[test]
    fn a_place_that_is_not_there_yet_is_left_out() {
        let bits = Bits::new(10);
        bits.write(5_000, true);
        assert_eq!(bits.count(), 0);
    }
}

#[cfg(test)]
impl Bits {
    /// Whether the count is that of the bits.
    pub(super) fn is_sound(&self) -> bool {
        let ones = |word: &AtomicU64| word.load(Ordering::SeqCst).count_ones();
        self.count() == self.words().map(ones).sum::<u32>()
    }
}
