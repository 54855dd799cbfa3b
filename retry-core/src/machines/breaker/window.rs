//! What a breaker remembers of the calls while it is closed.
//!
//! All forms are written without a lock, and answer one question: is it enough to open? A success
//! can only be the reason where it completes the least number of calls, or the settings have just
//! changed, so only then, and after what is bad, are the counts looked at.
//!
//! The settings say which form is in use. The ring is always there; what else a breaker turns out
//! to need is made once, and kept.

use crate::machines::sync::{AtomicU32, AtomicU64, OnceLock, Ordering};
use crate::values::breaker_policy::{BreakerPolicy, WindowUnit};

use super::bits::Bits;
use super::buckets::Buckets;
use super::ring::Ring;
use super::tuning::Tuning;

/// What the calls of a closed circuit were like.
pub(super) struct Memory {
    /// Failures since the last success.
    pub(super) streak: AtomicU32,
    /// How many calls began, about, where no ring counts them.
    begun: AtomicU32,
    pub(super) ring: Ring,
    rare: OnceLock<Box<Rare>>,
}

/// What a window of calls in which none is slow goes without.
struct Rare {
    /// The shortest time that ever made a call slow; who has outrun it may have been recorded while
    /// it was running.
    least_slow: AtomicU64,
    /// The slow calls of the ring.
    slow: OnceLock<Bits>,
    buckets: OnceLock<Buckets>,
}

/// Of the first so many calls each tells how long it took, and then one in so many.
const SAMPLE: u32 = 32;
const FIRST_SAMPLES: u32 = 8;

/// The place of a call in a window that has been given another form since.
pub(super) const NOWHERE: u64 = u64::MAX;

/// What one call was like.
#[derive(Clone, Copy)]
pub(super) struct Call {
    pub(super) failed: bool,
    pub(super) slow: bool,
}

/// What a window holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) calls: u32,
    pub(crate) failures: u32,
    pub(crate) slow: u32,
}

impl Counts {
    pub(super) fn are_too_bad(self, tuning: &Tuning) -> bool {
        // A quotient is rounded to the number that a ratio written in decimals is.
        let part = |count: u32| f64::from(count) / f64::from(self.calls);
        self.calls >= tuning.min_calls()
            && (part(self.failures) >= tuning.failure_ratio()
                || tuning.slow_call() != 0 && part(self.slow) >= tuning.slow_ratio())
    }

    /// The same parts of no more than so many calls.
    pub(super) fn at_most(self, most: u32) -> Self {
        let calls = self.calls.min(most);
        let part = |count: u32| {
            let (count, all) = (u64::from(count.min(self.calls)), u64::from(self.calls.max(1)));
            // To the nearest; not above `calls`, as `count` is not above `all`.
            u32::try_from((count * u64::from(calls) + all / 2) / all).unwrap_or(calls)
        };
        Self { calls, failures: part(self.failures), slow: part(self.slow) }
    }
}

impl Memory {
    pub(super) fn new(policy: &BreakerPolicy) -> Self {
        let size = if policy.window_unit == WindowUnit::Calls { size_of(policy) } else { 0 };
        let new = Self {
            streak: AtomicU32::new(0),
            begun: AtomicU32::new(0),
            ring: Ring::new(size, policy.min_calls),
            rare: OnceLock::new(),
        };
        new.prepare(policy);
        new
    }

    /// Makes what the policy needs and is not there yet.
    pub(super) fn prepare(&self, policy: &BreakerPolicy) {
        let timed = policy.window_unit == WindowUnit::Nanos;
        if !timed && policy.slow_call == 0 {
            return;
        }
        let rare = self.rare.get_or_init(|| {
            let least_slow = AtomicU64::new(u64::MAX);
            Box::new(Rare { least_slow, slow: OnceLock::new(), buckets: OnceLock::new() })
        });
        let buckets = timed.then(|| rare.buckets.get_or_init(|| Buckets::new(policy.window)));
        if policy.slow_call == 0 {
            return;
        }
        rare.least_slow.fetch_min(policy.slow_call, Ordering::Relaxed);
        if let Some(buckets) = buckets {
            buckets.count_slow();
        } else if policy.window_unit == WindowUnit::Calls {
            rare.slow.get_or_init(|| Bits::new(size_of(policy)));
        }
    }

    pub(super) fn slow_bits(&self) -> Option<&Bits> {
        self.rare.get()?.slow.get()
    }

    pub(super) fn buckets(&self) -> Option<&Buckets> {
        self.rare.get()?.buckets.get()
    }

    /// Records a success that was not slow. Whether that is all there is to do: else the counts
    /// have to be looked at.
    #[inline]
    pub(super) fn succeed(&self, tuning: &Tuning, now: impl FnOnce() -> u64) -> bool {
        // Where failures in a row do not matter there are never any.
        if self.streak.load(Ordering::Relaxed) != 0 {
            self.streak.store(0, Ordering::Relaxed);
        }
        match tuning.unit() {
            WindowUnit::Nothing => true,
            WindowUnit::Calls => self.ring.succeed(self.slow_bits()),
            WindowUnit::Nanos => self.buckets().is_none_or(|buckets| buckets.succeed(now())),
        }
    }

    /// Whether it is the turn of a call that begins to tell how long it takes. Read from what is
    /// written anyway as calls end; without a ring, from a count that may lose some, and so needs no
    /// locked operation.
    #[inline]
    pub(super) fn samples(&self, tuning: &Tuning) -> bool {
        let count = if tuning.unit() == WindowUnit::Calls {
            self.ring.recorded()
        } else {
            let begun = self.begun.load(Ordering::Relaxed);
            self.begun.store(begun.wrapping_add(1), Ordering::Relaxed);
            begun
        };
        count < FIRST_SAMPLES || count.is_multiple_of(SAMPLE)
    }

    /// Records a call that ended. Whether the circuit has to open.
    pub(super) fn record(&self, tuning: &Tuning, call: Call, now: impl FnOnce() -> u64) -> bool {
        let in_a_row = self.streak(tuning, call.failed);
        let bad = call.failed || call.slow;
        let too_bad = match tuning.unit() {
            WindowUnit::Nothing => false,
            WindowUnit::Calls => {
                let slow = self.slow_bits();
                let (_, looks) = self.ring.push(call, slow);
                (bad || looks) && self.ring.counts(slow).are_too_bad(tuning)
            }
            WindowUnit::Nanos => self.buckets().is_some_and(|buckets| {
                let now = now();
                !buckets.push(call, now) && buckets.counts(now).are_too_bad(tuning)
            }),
        };
        in_a_row || too_bad
    }

    /// Whether the failures in a row are enough; none are counted where none matter. A success only
    /// writes where there is something to forget.
    fn streak(&self, tuning: &Tuning, failed: bool) -> bool {
        let enough = tuning.consecutive_failures();
        if failed {
            return enough != 0
                && self.streak.fetch_add(1, Ordering::Relaxed).saturating_add(1) >= enough;
        }
        if self.streak.load(Ordering::Relaxed) != 0 {
            self.streak.store(0, Ordering::Relaxed);
        }
        false
    }

    /// Records a call that is slow and still running: where it stands in the window, and whether
    /// the circuit has to open.
    pub(super) fn record_running(&self, tuning: &Tuning, now: u64) -> (u64, bool) {
        let call = Call { failed: false, slow: true };
        let place = match tuning.unit() {
            WindowUnit::Nothing => NOWHERE,
            WindowUnit::Calls => self.ring.push(call, self.slow_bits()).0,
            WindowUnit::Nanos => self.buckets().map_or(NOWHERE, |buckets| {
                buckets.push(call, now);
                now
            }),
        };
        (place, self.counts(tuning.unit(), now).are_too_bad(tuning))
    }

    /// The call that was recorded there while it was running has failed. Whether the circuit has
    /// to open.
    pub(super) fn fail_late(&self, tuning: &Tuning, place: u64, now: u64) -> bool {
        let in_a_row = self.streak(tuning, true);
        match (tuning.unit(), self.buckets()) {
            _ if place == NOWHERE => {}
            (WindowUnit::Calls, _) => self.ring.fail_late(place),
            (WindowUnit::Nanos, Some(buckets)) => buckets.fail_late(place),
            _ => {}
        }
        in_a_row || self.counts(tuning.unit(), now).are_too_bad(tuning)
    }

    /// The call that was recorded while it was running was none of those that open the circuit.
    pub(super) fn succeed_late(&self, tuning: &Tuning) -> bool {
        self.streak(tuning, false)
    }

    /// Whether the call of this duration may have been recorded while it was running.
    pub(super) fn may_have_run_late(&self, took: u64) -> bool {
        took >= self.least_slow()
    }

    /// The shortest time that ever made a call slow; `u64::MAX` where none was.
    pub(super) fn least_slow(&self) -> u64 {
        self.rare.get().map_or(u64::MAX, |rare| rare.least_slow.load(Ordering::Relaxed))
    }

    pub(super) fn counts(&self, unit: WindowUnit, now: u64) -> Counts {
        match unit {
            WindowUnit::Nothing => Counts::default(),
            WindowUnit::Calls => self.ring.counts(self.slow_bits()),
            WindowUnit::Nanos => self.buckets().map_or_else(Counts::default, |it| it.counts(now)),
        }
    }

    pub(super) fn clear(&self, tuning: &Tuning) {
        self.streak.store(0, Ordering::Relaxed);
        self.ring.clear(tuning.min_calls(), self.slow_bits());
        if let Some(buckets) = self.buckets() {
            buckets.clear();
        }
    }
}

/// How many calls a window of calls holds.
pub(super) fn size_of(policy: &BreakerPolicy) -> u32 {
    u32::try_from(policy.window).unwrap_or(u32::MAX)
}
