//! The calls of the last so much time, counted in ten buckets.
//!
//! A bucket's number and its count share one word, so that a call is never counted in a bucket
//! that was taken into use again for a later tenth in between. Nothing is ever subtracted: the
//! counts are the sum of the buckets, and cannot drift away from them.

use crate::machines::sync::{AtomicU64, Ordering, in_total_order};

use super::window::Counts;

const BUCKETS: usize = 10;

/// A word is the number of a tenth in its upper bits and a count in these lower ones. 16 million
/// calls in a tenth are as many as are told apart; 40 bits of tenths of a millisecond are
/// 3 years.
const COUNT_BITS: u32 = 24;
const COUNT: u64 = (1 << COUNT_BITS) - 1;

/// The tenths of a window of time.
pub(super) struct Buckets {
    /// Nanoseconds in a tenth.
    width: u64,
    calls: Row,
    failures: Row,
    slow: Option<Box<Row>>,
    /// The tenth after the last one with a failure or a slow call; 0 when there was none.
    last_bad: AtomicU64,
}

struct Row([AtomicU64; BUCKETS]);

impl Buckets {
    pub(super) fn new(window: u64, with_slow: bool) -> Self {
        Self {
            width: window.div_ceil(BUCKETS as u64),
            calls: Row::new(),
            failures: Row::new(),
            slow: with_slow.then(|| Box::new(Row::new())),
            last_bad: AtomicU64::new(0),
        }
    }

    /// Records a success. Whether nothing bad is near it.
    #[inline(never)]
    pub(super) fn succeed(&self, now: u64) -> bool {
        let tenth = self.push(false, false, now);
        !self.has_bad(tenth)
    }

    /// Records a call and tells in which tenth. The call itself is counted before its failure, so
    /// that there are never more failures than calls.
    #[inline]
    pub(super) fn push(&self, failed: bool, slow: bool, now: u64) -> u64 {
        let tenth = now / self.width;
        self.calls.add(tenth);
        if failed {
            self.failures.add(tenth);
        }
        if slow && let Some(row) = &self.slow {
            row.add(tenth);
        }
        if failed || slow {
            self.last_bad.fetch_max(tenth + 1, Ordering::SeqCst);
        }
        in_total_order();
        tenth
    }

    /// Whether anything that could open the circuit happened lately.
    #[inline]
    pub(super) fn has_bad(&self, tenth: u64) -> bool {
        self.last_bad.load(Ordering::SeqCst) + BUCKETS as u64 > tenth + 1
    }

    /// A call that was recorded in this tenth failed after all, if it still counts.
    pub(super) fn fail_late(&self, tenth: u64) {
        if self.calls.get(tenth) > 0 {
            self.failures.add(tenth);
            self.last_bad.fetch_max(tenth + 1, Ordering::SeqCst);
        }
    }

    pub(super) fn counts(&self, now: u64) -> Counts {
        let tenth = now / self.width;
        let calls = self.calls.sum(tenth);
        Counts {
            calls,
            failures: self.failures.sum(tenth).min(calls),
            slow: self.slow.as_ref().map_or(0, |row| row.sum(tenth)).min(calls),
        }
    }

    /// Forgets every call. One that is being recorded at this very moment may be left.
    pub(super) fn clear(&self) {
        for row in
            [Some(&self.calls), Some(&self.failures), self.slow.as_deref()].into_iter().flatten()
        {
            row.0.iter().for_each(|word| word.store(0, Ordering::SeqCst));
        }
        self.last_bad.store(0, Ordering::SeqCst);
    }
}

impl Row {
    fn new() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }

    fn word(&self, tenth: u64) -> &AtomicU64 {
        #[allow(clippy::cast_possible_truncation)] // below ten
        let place = (tenth % BUCKETS as u64) as usize;
        &self.0[place]
    }

    #[inline]
    fn add(&self, tenth: u64) {
        let word = self.word(tenth);
        let mut held = word.load(Ordering::Relaxed);
        loop {
            let (stamp, count) = (held >> COUNT_BITS, held & COUNT);
            // A call whose time was read before others took the bucket on is too late to count.
            if stamp > tenth || (stamp == tenth && count == COUNT) {
                return;
            }
            let next = if stamp == tenth { held + 1 } else { tenth << COUNT_BITS | 1 };
            match word.compare_exchange_weak(held, next, Ordering::SeqCst, Ordering::Relaxed) {
                Ok(_) => return,
                Err(changed) => held = changed,
            }
        }
    }

    fn get(&self, tenth: u64) -> u64 {
        let word = self.word(tenth).load(Ordering::SeqCst);
        if word >> COUNT_BITS == tenth { word & COUNT } else { 0 }
    }

    /// The counts of this tenth and the nine before it.
    fn sum(&self, tenth: u64) -> u32 {
        let counts = self.0.iter().map(|word| {
            let word = word.load(Ordering::SeqCst);
            let age = tenth.wrapping_sub(word >> COUNT_BITS);
            if age < BUCKETS as u64 { word & COUNT } else { 0 }
        });
        u32::try_from(counts.sum::<u64>()).unwrap_or(u32::MAX)
    }
}
