//! How many calls per second there have been lately.
//!
//! A rate needs two marks, of a count and a time. The older one is at least a second old as soon as
//! that can be, so that a burst of a few milliseconds is not taken for a rate.

use crate::values::nanos;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measure {
    older: Mark,
    newer: Option<Mark>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    calls: u64,
    at: u64,
}

impl Measure {
    /// `calls` were made by `now`. Kept once a second.
    pub(crate) fn mark(&mut self, calls: u64, now: u64) {
        let newest = self.newer.unwrap_or(self.older);
        if now.saturating_sub(newest.at) >= nanos::PER_SECOND {
            self.older = newest;
            self.newer = Some(Mark { calls, at: now });
        }
    }

    /// Forgets what was, until `at`, which may be later than now.
    pub(crate) fn restart(&mut self, calls: u64, at: u64) {
        *self = Self { older: Mark { calls, at }, newer: None };
    }

    /// Calls per second; `None` in the first second.
    pub(crate) fn rate(&self, calls: u64, now: u64) -> Option<f64> {
        (now.saturating_sub(self.since(now).at) >= nanos::PER_SECOND)
            .then(|| self.rate_or_less(calls, now))
    }

    /// As [`rate`](Self::rate), but in the first second the calls of it, as if it were over.
    pub(crate) fn rate_or_less(&self, calls: u64, now: u64) -> f64 {
        let since = self.since(now);
        let passed = now.saturating_sub(since.at).max(nanos::PER_SECOND);
        nanos::to_f64(calls.saturating_sub(since.calls)) * 1e9 / nanos::to_f64(passed)
    }

    fn since(&self, now: u64) -> Mark {
        let old_enough = |mark: &Mark| now.saturating_sub(mark.at) >= nanos::PER_SECOND;
        self.newer.filter(old_enough).unwrap_or(self.older)
    }
}
