//! How a delay is spread at random, so that callers who failed together do not come back together.
//!
//! Every jitter draws *below* a bound that is already capped. Drawing upward after the cap goes
//! over `max_delay`; capping after the draw leaves the crowd standing exactly at the cap, in the
//! long outage in which it matters most. Full, equal and decorrelated are those of Brooker,
//! "Exponential Backoff and Jitter" (2015), with that one correction.

use crate::values::nanos;

/// The spread of a delay. With `d` the grown delay, at most `max_delay`:
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Jitter {
    /// `d` itself.
    None,
    /// Evenly between 0 and `d`: the widest spread, and the least load for a given patience.
    Full,
    /// Evenly between `d / 2` and `d`.
    Equal,
    /// Evenly between `initial_delay` and three times the delay before, at most `max_delay`,
    /// whatever the strategy.
    Decorrelated,
    /// Evenly between `d × (1 − ratio)` and `d × (1 + ratio)`, the upper end at most `max_delay`.
    /// The ratio is in `0..=1`.
    Ratio(f64),
}

/// What a draw is made from, in nanoseconds.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) initial: u64,
    pub(crate) grown: u64,
    pub(crate) previous: u64,
    pub(crate) cap: u64,
}

impl Jitter {
    /// The delay, where `draw` is any 64 random bits. Never above `spread.cap` as long as
    /// `spread.grown` and `spread.initial` are not.
    pub(crate) const fn apply(self, spread: Spread, draw: u64) -> u64 {
        let Spread { initial, grown, previous, cap } = spread;
        match self {
            Self::None => grown,
            Self::Full => nanos::between(0, grown, draw),
            Self::Equal => nanos::between(grown / 2, grown, draw),
            Self::Decorrelated => {
                let reach = previous.saturating_mul(3);
                let reach = if reach > cap { cap } else { reach };
                nanos::between(initial, reach, draw)
            }
            Self::Ratio(ratio) => {
                let margin = nanos::from_f64(nanos::to_f64(grown) * ratio);
                let high = grown.saturating_add(margin);
                let high = if high > cap { cap } else { high };
                nanos::between(grown.saturating_sub(margin), high, draw)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_CAP: Spread = Spread { initial: 100, grown: 1_000, previous: 1_000, cap: 1_000 };

    #[test]
    fn each_jitter_covers_its_range_and_no_more() {
        let below = Spread { initial: 100, grown: 400, previous: 200, cap: 1_000 };
        let cases = [
            (Jitter::None, 400, 400),
            (Jitter::Full, 0, 400),
            (Jitter::Equal, 200, 400),
            (Jitter::Decorrelated, 100, 600),
            (Jitter::Ratio(0.25), 300, 500),
            (Jitter::Ratio(0.0), 400, 400),
            (Jitter::Ratio(1.0), 0, 800),
        ];
        for (jitter, low, high) in cases {
            assert_eq!(jitter.apply(below, 0), low, "{jitter:?}");
            assert_eq!(jitter.apply(below, u64::MAX), high, "{jitter:?}");
        }
    }

    #[test]
    fn at_the_cap_no_draw_is_above_it_and_the_draws_still_differ() {
        for jitter in [Jitter::Full, Jitter::Equal, Jitter::Decorrelated, Jitter::Ratio(0.1)] {
            let draws: Vec<_> = (0..8).map(|i| jitter.apply(AT_CAP, i * (u64::MAX / 8))).collect();
            assert!(draws.iter().all(|&delay| delay <= 1_000), "{jitter:?} {draws:?}");
            assert!(draws.windows(2).all(|pair| pair[0] < pair[1]), "{jitter:?} {draws:?}");
        }
    }
}
