//! What a breaker remembers of the calls while it is closed.
//!
//! All forms are written without a lock, and answer one question: is it enough to open? A success
//! can only be the reason where it completes the least number of calls, so only then, and after
//! what is bad, are the counts looked at.

use crate::machines::sync::{AtomicU32, Ordering};
use crate::values::breaker_policy::{BreakerPolicy, WindowUnit};

use super::buckets::Buckets;
use super::ring::Ring;

/// What the calls of a closed circuit were like.
pub(super) struct Memory {
    /// Failures since the last success.
    streak: AtomicU32,
    /// How many calls began, about, where no ring counts them.
    begun: AtomicU32,
    window: Window,
}

/// Of the first so many calls each tells how long it took, and then one in so many.
const SAMPLE: u32 = 32;
const FIRST_SAMPLES: u32 = 8;

enum Window {
    None,
    Ring(Ring),
    Buckets(Box<Buckets>),
}

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
    pub(super) fn are_too_bad(self, policy: &BreakerPolicy) -> bool {
        // A quotient is rounded to the number that a ratio written in decimals is.
        let part = |count: u32| f64::from(count) / f64::from(self.calls);
        self.calls >= policy.min_calls
            && (part(self.failures) >= policy.failure_ratio || part(self.slow) >= policy.slow_ratio)
    }
}

impl Memory {
    pub(super) fn new(policy: &BreakerPolicy) -> Self {
        let with_slow = policy.slow_call != 0;
        let window = match policy.window_unit {
            WindowUnit::Nothing => Window::None,
            WindowUnit::Calls => {
                Window::Ring(Ring::new(u32::try_from(policy.window).unwrap_or(u32::MAX), with_slow))
            }
            WindowUnit::Nanos => Window::Buckets(Box::new(Buckets::new(policy.window, with_slow))),
        };
        Self { streak: AtomicU32::new(0), begun: AtomicU32::new(0), window }
    }

    /// Records a success that was not slow. Whether that is all there is to do: else the counts
    /// have to be looked at.
    #[inline]
    pub(super) fn succeed(&self, policy: &BreakerPolicy, now: impl FnOnce() -> u64) -> bool {
        // Where failures in a row do not matter there are never any.
        if self.streak.load(Ordering::Relaxed) != 0 {
            self.streak.store(0, Ordering::Relaxed);
        }
        match &self.window {
            Window::None => true,
            Window::Ring(ring) => ring.succeed(policy.min_calls),
            Window::Buckets(buckets) => buckets.succeed(now()),
        }
    }

    /// Whether it is the turn of a call that begins to tell how long it takes. Read from what is
    /// written anyway as calls end; without a ring, from a count that may lose some, and so needs no
    /// locked operation.
    #[inline]
    pub(super) fn samples(&self) -> bool {
        let count = if let Window::Ring(ring) = &self.window {
            ring.recorded()
        } else {
            let begun = self.begun.load(Ordering::Relaxed);
            self.begun.store(begun.wrapping_add(1), Ordering::Relaxed);
            begun
        };
        count < FIRST_SAMPLES || count.is_multiple_of(SAMPLE)
    }

    /// Records a call that ended. Whether the circuit has to open.
    pub(super) fn record(
        &self,
        policy: &BreakerPolicy,
        call: Call,
        now: impl FnOnce() -> u64,
    ) -> bool {
        let in_a_row = policy.consecutive_failures != 0 && self.streak(policy, call.failed);
        let bad = call.failed || call.slow;
        let too_bad = match &self.window {
            Window::None => false,
            Window::Ring(ring) => {
                let (_, held) = ring.push(call.failed, call.slow);
                (bad || held == u64::from(policy.min_calls)) && ring.counts().are_too_bad(policy)
            }
            Window::Buckets(buckets) => {
                let now = now();
                let tenth = buckets.push(call.failed, call.slow, now);
                buckets.has_bad(tenth) && buckets.counts(now).are_too_bad(policy)
            }
        };
        in_a_row || too_bad
    }

    /// Whether the failures in a row are enough. A success only writes where there is something
    /// to forget.
    fn streak(&self, policy: &BreakerPolicy, failed: bool) -> bool {
        if failed {
            let before = self.streak.fetch_add(1, Ordering::Relaxed);
            return before.saturating_add(1) >= policy.consecutive_failures;
        }
        if self.streak.load(Ordering::Relaxed) != 0 {
            self.streak.store(0, Ordering::Relaxed);
        }
        false
    }

    /// Records a call that is slow and still running: where it stands in the window, and whether
    /// the circuit has to open.
    pub(super) fn record_running(&self, policy: &BreakerPolicy, now: u64) -> (u64, bool) {
        let place = match &self.window {
            Window::None => 0,
            Window::Ring(ring) => ring.push(false, true).0,
            Window::Buckets(buckets) => buckets.push(false, true, now),
        };
        (place, self.counts(now).are_too_bad(policy))
    }

    /// The call that was recorded there while it was running has failed. Whether the circuit has
    /// to open.
    pub(super) fn fail_late(&self, policy: &BreakerPolicy, place: u64, now: u64) -> bool {
        let in_a_row = policy.consecutive_failures != 0 && self.streak(policy, true);
        match &self.window {
            Window::None => {}
            Window::Ring(ring) => ring.fail_late(place),
            Window::Buckets(buckets) => buckets.fail_late(place),
        }
        in_a_row || self.counts(now).are_too_bad(policy)
    }

    /// The call that was recorded while it was running was none of those that open the circuit.
    pub(super) fn succeed_late(&self, policy: &BreakerPolicy) -> bool {
        self.streak(policy, false)
    }

    pub(super) fn counts(&self, now: u64) -> Counts {
        match &self.window {
            Window::None => Counts::default(),
            Window::Ring(ring) => ring.counts(),
            Window::Buckets(buckets) => buckets.counts(now),
        }
    }

    pub(super) fn clear(&self) {
        self.streak.store(0, Ordering::Relaxed);
        match &self.window {
            Window::None => {}
            Window::Ring(ring) => ring.clear(),
            Window::Buckets(buckets) => buckets.clear(),
        }
    }
}
