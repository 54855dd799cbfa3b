//! How many calls a process makes in a second, and whether it has been quiet.
//!
//! Ten tokens in each of three hundred slow processes are a storm of three thousand retries, so a
//! budget holds about a second of its own process's calls. They are counted where they succeed,
//! without a clock; the time is read where one fails, and there the rate is worked out, at most
//! once a second. The first success reads it too, so that a process that was well for a while
//! knows its rate when the outage begins: the retries of the first second are the most.
//!
//! The time and the count of a look are one word, so that threads that look at once cannot mix two
//! looks up. The time is in ticks of 2^24 ns (17 ms), of which a half word holds two years.

use crate::machines::sync::{AtomicU32, AtomicU64, Ordering, const_unless_loom};
use crate::values::budget_policy::TOKEN;
use crate::values::nanos;

const TICK: u32 = 24;
/// A second, and the time that a budget is full after, in whole ticks.
const SECOND: u32 = ticks(nanos::PER_SECOND);
const QUIET: u32 = ticks(60 * nanos::PER_SECOND);

#[derive(Debug)]
pub(super) struct Pace {
    /// The first time that was told, in nanoseconds and one; 0 before. Ticks are counted from it: the same
    /// story has the same ticks, whenever it is played.
    began: AtomicU64,
    /// The look that the rate was last worked out at.
    rated: Look,
    /// The last failure.
    touched: Look,
    /// The calls of one second, in units of a token.
    per_second: AtomicU32,
}

impl Pace {
    const_unless_loom! {
        /// Knows nothing yet, and says `unknown` until it does.
        pub(super) fn new(unknown: u32) -> Self {
            Self {
                began: AtomicU64::new(0),
                rated: Look::never(),
                touched: Look::never(),
                per_second: AtomicU32::new(unknown),
            }
        }
    }

    /// Looks anew: nobody has told what happened since the last look.
    pub(super) fn restart(&self) {
        self.rated.0.store(0, Ordering::Relaxed);
        self.touched.0.store(0, Ordering::Relaxed);
    }

    /// The first call of all has ended, at `now`.
    pub(super) fn begin(&self, now: u64) {
        self.rated.renew(0, self.tick(now), u32::MAX);
    }

    /// A time in ticks. One before the first wraps, as differences of ticks do.
    fn tick(&self, now: u64) -> u32 {
        let now = now.wrapping_add(1);
        let first = self.began.load(Ordering::Relaxed);
        let first = if first == 0 {
            let own = self.began.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
            own.map_or_else(|other| other, |_| now)
        } else {
            first
        };
        ticks(now.wrapping_sub(first))
    }

    /// The calls of one second, in units of a token.
    pub(super) fn per_second(&self) -> u32 {
        self.per_second.load(Ordering::Relaxed)
    }

    /// A failure at `now`; `before` calls had ended before, and with its own there are `after`.
    /// Whether there was a [`QUIET`] since the last failure.
    ///
    /// `n` calls leave `n + 1` gaps: when the time is `n + 1` times as long as the quiet, one of
    /// them was. What came after it can only have filled the budget further, since who draws from
    /// it has failed.
    pub(super) fn failure(&self, before: u32, after: u32, now: u64) -> bool {
        let tick = self.tick(now);
        if let Some((passed, known)) = self.rated.renew(before, tick, SECOND) {
            self.per_second.store(rate(before.wrapping_sub(known), passed), Ordering::Relaxed);
        }
        self.touched.renew(after, tick, 0).is_some_and(|(passed, known)| {
            let made = before.wrapping_sub(known);
            u64::from(passed) >= u64::from(QUIET) * (u64::from(made) + 1)
        })
    }
}

/// A time, in ticks and one, and the count of calls then. Zero before the first.
#[derive(Debug)]
struct Look(AtomicU64);

impl Look {
    const_unless_loom! {
        fn never() -> Self {
            Self(AtomicU64::new(0))
        }
    }

    /// Looks again, at `tick` and with `calls`, if the last look is at least `apart` ticks ago.
    /// Returns how long ago it was, and its count.
    fn renew(&self, calls: u32, tick: u32, apart: u32) -> Option<(u32, u32)> {
        let last = self.0.load(Ordering::Relaxed);
        let tick = tick.wrapping_add(1);
        let passed = tick.wrapping_sub(tick_of(last));
        // In the upper half: another thread, whose time was later, was here first.
        if last != 0 && (passed < apart || passed > u32::MAX / 2) {
            return None;
        }
        let new = u64::from(tick) << 32 | u64::from(calls);
        self.0.compare_exchange(last, new, Ordering::Relaxed, Ordering::Relaxed).ok()?;
        (last != 0).then_some((passed, calls_of(last)))
    }
}

/// `made` calls in `passed` ticks, as tokens per second.
fn rate(made: u32, passed: u32) -> u32 {
    let tokens = u128::from(made) * u128::from(TOKEN) * u128::from(nanos::PER_SECOND)
        / (u128::from(passed) << TICK);
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

#[allow(clippy::cast_possible_truncation)] // wraps after two years, as differences of it do
const fn ticks(nanos: u64) -> u32 {
    (nanos >> TICK) as u32
}

#[allow(clippy::cast_possible_truncation)] // the upper half
const fn tick_of(word: u64) -> u32 {
    (word >> 32) as u32
}

#[allow(clippy::cast_possible_truncation)] // the lower half
const fn calls_of(word: u64) -> u32 {
    word as u32
}

#[cfg(all(test, not(retry_loom)))]
mod tests {
    use super::*;

    const SECOND: u64 = nanos::PER_SECOND;

    #[test]
    fn the_rate_is_the_calls_since_the_last_look_a_second_or_more_ago() {
        let pace = Pace::new(10 * TOKEN);
        assert!(!pace.failure(500, 501, 0));
        assert!(!pace.failure(503, 504, SECOND / 2));
        assert_eq!(pace.per_second(), 10 * TOKEN, "nothing is known in the first second");
        assert!(!pace.failure(504, 505, 2 * SECOND));
        let rate = pace.per_second();
        assert!((19 * TOKEN / 10..=21 * TOKEN / 10).contains(&rate), "{rate}");
    }

    #[test]
    fn who_was_well_for_a_second_knows_the_rate_at_the_first_failure() {
        let pace = Pace::new(10 * TOKEN);
        pace.begin(0);
        assert!(!pace.failure(3, 4, SECOND / 2));
        assert_eq!(pace.per_second(), 10 * TOKEN);
        pace.begin(SECOND);
        assert!(!pace.failure(30, 31, 15 * SECOND));
        let rate = pace.per_second();
        assert!((19 * TOKEN / 10..=21 * TOKEN / 10).contains(&rate), "{rate}");
    }

    #[test]
    fn a_quiet_minute_is_seen_and_calls_that_could_have_filled_it_hide_it() {
        let pace = Pace::new(TOKEN);
        assert!(!pace.failure(0, 1, SECOND));
        assert!(!pace.failure(1, 2, 60 * SECOND), "59 s");
        assert!(pace.failure(2, 3, 120 * SECOND));
        assert!(!pace.failure(4, 5, 239 * SECOND), "one call could have come in the middle");
        assert!(pace.failure(6, 7, 360 * SECOND), "one of two gaps was a minute");
        assert!(pace.failure(7, 7, 420 * SECOND), "a failure of a retry");
    }

    #[test]
    fn a_time_that_goes_back_is_no_quiet_minute() {
        let pace = Pace::new(TOKEN);
        assert!(!pace.failure(0, 1, 100 * SECOND));
        assert!(!pace.failure(1, 2, SECOND));
    }
}
