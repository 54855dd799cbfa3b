//! The calls of the last so much time, counted in ten buckets.
//!
//! A bucket's number and its count share one word, so that a call is never counted in a bucket
//! that was taken into use again for a later tenth in between. Nothing is ever subtracted: the
//! counts are the sum of the buckets, and cannot drift away from them.

use crate::machines::sync::{AtomicU64, OnceLock, Ordering, in_total_order};

use super::window::{Call, Counts};

const BUCKETS: usize = 10;

/// A word is the number of a tenth in its upper bits and a count in these lower ones. 16 million
/// calls in a tenth are as many as are told apart; 40 bits of tenths of a millisecond are
/// 3 years.
const COUNT_BITS: u32 = 24;
const COUNT: u64 = (1 << COUNT_BITS) - 1;

/// A number that is further ahead than this was counted in tenths of another width, by a call that
/// was being recorded when the width changed; it must not block its bucket until its time comes.
const FAR_AHEAD: u64 = 10 * BUCKETS as u64;

/// The tenths of a window of time.
pub(super) struct Buckets {
    /// Nanoseconds in a tenth.
    width: AtomicU64,
    calls: Row,
    failures: Row,
    slow: OnceLock<Box<Row>>,
    /// The tenth after the last one with a failure or a slow call; 0 when there was none.
    last_bad: AtomicU64,
}

struct Row([AtomicU64; BUCKETS]);

impl Buckets {
    pub(super) fn new(window: u64) -> Self {
        Self {
            width: AtomicU64::new(width_of(window)),
            calls: Row::new(),
            failures: Row::new(),
            slow: OnceLock::new(),
            last_bad: AtomicU64::new(0),
        }
    }

    /// Counts slow calls too from here on.
    pub(super) fn count_slow(&self) {
        self.slow.get_or_init(|| Box::new(Row::new()));
    }

    #[inline]
    fn tenth(&self, now: u64) -> u64 {
        now.checked_div(self.width.load(Ordering::Acquire)).unwrap_or(0)
    }

    /// Records a success. Whether nothing bad is near it.
    #[inline(never)]
    pub(super) fn succeed(&self, now: u64) -> bool {
        self.push(Call { failed: false, slow: false }, now)
    }

    /// Records a call and tells whether nothing bad is near it. The call itself is counted before
    /// its failure, so that there are never more failures than calls.
    #[inline]
    pub(super) fn push(&self, call: Call, now: u64) -> bool {
        let tenth = self.tenth(now);
        self.calls.add(tenth, 1);
        if call.failed {
            self.failures.add(tenth, 1);
        }
        if call.slow
            && let Some(row) = self.slow.get()
        {
            row.add(tenth, 1);
        }
        if call.failed || call.slow {
            self.mark_bad(tenth);
        }
        in_total_order();
        !self.has_bad(tenth)
    }

    fn mark_bad(&self, tenth: u64) {
        let mark = tenth + 1;
        let later = |last| (last < mark || last - mark > FAR_AHEAD).then_some(mark);
        // Where it is not later, another has said as much.
        let _ = self.last_bad.fetch_update(Ordering::SeqCst, Ordering::SeqCst, later);
    }

    /// Whether anything that could open the circuit happened lately.
    #[inline]
    fn has_bad(&self, tenth: u64) -> bool {
        let last = self.last_bad.load(Ordering::SeqCst);
        last + BUCKETS as u64 > tenth + 1 && last <= tenth + 1 + FAR_AHEAD
    }

    /// A call that was recorded at this time failed after all, if it still counts.
    pub(super) fn fail_late(&self, then: u64) {
        let tenth = self.tenth(then);
        if self.calls.get(tenth) > 0 {
            self.failures.add(tenth, 1);
            self.mark_bad(tenth);
        }
    }

    /// What it holds. The calls are counted before and after the failures, for who is held up
    /// between the two.
    pub(super) fn counts(&self, now: u64) -> Counts {
        let tenth = self.tenth(now);
        let before = self.calls.sum(tenth);
        let failures = self.failures.sum(tenth);
        let slow = self.slow.get().map_or(0, |row| row.sum(tenth));
        let calls = before.max(self.calls.sum(tenth));
        Counts { calls, failures: failures.min(calls), slow: slow.min(calls) }
    }

    /// Becomes a window of another time, which holds these calls; spread evenly over it, so that
    /// they are forgotten little by little.
    pub(super) fn reshape(&self, window: u64, kept: Counts, now: u64) {
        // Emptied first: the last tenth alone, where an outage begins, would be taken for all.
        self.clear();
        self.width.store(width_of(window), Ordering::Release);
        let newest = self.tenth(now);
        let part = |count: u32, of: u64, all: u64| u64::from(count) * of / all.max(1);
        let mut before = [0; 3];
        for nth in 1..=BUCKETS as u64 {
            let calls = part(kept.calls, nth, BUCKETS as u64);
            // As many of the failures as of the calls, so that no tenth has more of them.
            let upto = [kept.calls, kept.failures, kept.slow]
                .map(|count| part(count, calls, kept.calls.into()));
            let tenth = newest.saturating_sub(BUCKETS as u64 - nth);
            let rows = [Some(&self.calls), Some(&self.failures), self.slow.get().map(|row| &**row)];
            for (row, (upto, before)) in rows.into_iter().zip(upto.into_iter().zip(before)) {
                if let Some(row) = row.filter(|_| upto > before) {
                    row.add(tenth, upto - before);
                }
            }
            before = upto;
        }
        if kept.failures > 0 || kept.slow > 0 {
            self.mark_bad(newest);
        }
    }

    /// Forgets which calls were slow.
    pub(super) fn clear_slow(&self) {
        if let Some(row) = self.slow.get() {
            row.clear();
        }
    }

    /// Forgets every call. One that is being recorded at this very moment may be left. The calls go
    /// first: of those that come while this is held up, failures without calls would be left.
    pub(super) fn clear(&self) {
        self.calls.clear();
        self.failures.clear();
        self.clear_slow();
        self.last_bad.store(0, Ordering::SeqCst);
    }
}

impl Row {
    fn new() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }

    fn clear(&self) {
        self.0.iter().for_each(|word| word.store(0, Ordering::SeqCst));
    }

    fn word(&self, tenth: u64) -> &AtomicU64 {
        #[allow(clippy::cast_possible_truncation)] // below ten
        let place = (tenth % BUCKETS as u64) as usize;
        &self.0[place]
    }

    /// Counts so many more, as far as they can be told apart.
    #[inline]
    fn add(&self, tenth: u64, more: u64) {
        let word = self.word(tenth);
        let mut held = word.load(Ordering::Relaxed);
        loop {
            let (stamp, count) = (held >> COUNT_BITS, held & COUNT);
            let next = if stamp == tenth {
                held + more.min(COUNT - count)
            } else if stamp > tenth && stamp - tenth <= FAR_AHEAD {
                // A call whose time was read before others took the bucket on is too late to count.
                return;
            } else {
                tenth << COUNT_BITS | more.min(COUNT)
            };
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

/// A tenth of the window, and never nothing.
const fn width_of(window: u64) -> u64 {
    let width = window.div_ceil(BUCKETS as u64);
    if width == 0 { 1 } else { width }
}

#[cfg(all(test, not(retry_loom)))]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;
    const BAD: Call = Call { failed: true, slow: false };
    const GOOD: Call = Call { failed: false, slow: false };

    /// The call had counted in shorter tenths, which have higher numbers: its bucket took no call
    /// until the time of that number came, and every success was looked at.
    #[test]
    fn a_call_that_counted_in_tenths_of_another_width_blocks_no_bucket() {
        let (buckets, now) = (Buckets::new(100 * SECOND), 86_400 * SECOND);
        for place in 0..10 {
            let stray = now / SECOND + place;
            buckets.calls.add(stray, 1);
            buckets.failures.add(stray, 1);
            buckets.last_bad.store(stray + 1, Ordering::SeqCst);
        }
        assert_eq!(buckets.counts(now), Counts::default());
        assert!(buckets.succeed(now), "nothing bad is near it");
        for tenth in 0..10 {
            assert!(!buckets.push(BAD, now + tenth * 10 * SECOND), "what is bad is looked at");
            assert!(!buckets.push(GOOD, now + tenth * 10 * SECOND));
        }
        let counts = buckets.counts(now + 90 * SECOND);
        assert_eq!(counts, Counts { calls: 21, failures: 10, slow: 0 });
    }

    #[test]
    fn no_tenth_is_given_more_failures_than_calls() {
        for (calls, failures) in [(7, 3), (3, 3), (1, 1), (19, 11), (100, 40), (0, 0)] {
            let (buckets, now) = (Buckets::new(SECOND), 86_400 * SECOND);
            buckets.count_slow();
            let kept = Counts { calls, failures, slow: failures };
            buckets.reshape(10 * SECOND, kept, now);
            assert_eq!(buckets.counts(now), kept);
            for tenth in (now / SECOND - 9)..=now / SECOND {
                assert!(buckets.failures.get(tenth) <= buckets.calls.get(tenth), "{kept:?}");
            }
        }
    }
}
