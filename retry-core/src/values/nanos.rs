//! Durations as whole nanoseconds in a `u64`: what every delay is computed in.
//!
//! A [`Duration`] is two numbers, so each sum or product of one costs several operations and can
//! panic. A `u64` of nanoseconds holds 584 years and saturates in one instruction.

use std::time::Duration;

/// The longest delay that can be expressed: `u64::MAX` nanoseconds, 584 years.
pub(crate) const LONGEST: Duration = Duration::from_nanos(u64::MAX);

/// One second.
pub(crate) const PER_SECOND: u64 = 1_000_000_000;

/// `duration` in nanoseconds; `u64::MAX` for anything above [`LONGEST`].
pub(crate) const fn saturating(duration: Duration) -> u64 {
    let nanos = duration.as_nanos();
    if nanos > u64::MAX as u128 {
        u64::MAX
    } else {
        // Checked on the line above.
        #[allow(clippy::cast_possible_truncation)]
        let nanos = nanos as u64;
        nanos
    }
}

/// `nanos` as a float, and back: the way through `multiplier`, exact below 104 days.
#[allow(clippy::cast_precision_loss)]
pub(crate) const fn to_f64(nanos: u64) -> f64 {
    nanos as f64
}

/// The float `nanos` as an integer; the cast saturates at both ends and takes NaN to zero.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(crate) const fn from_f64(nanos: f64) -> u64 {
    nanos as u64
}

/// A number drawn evenly from `low..=high`, where `draw` is any 64 random bits.
///
/// Multiply-and-shift (Lemire, "Fast random integer generation in an interval", 2019) without its
/// rejection step: the bias is below `(high - low) / 2^64`, which no schedule can show. An empty
/// or reversed range gives `low`.
pub(crate) const fn between(low: u64, high: u64, draw: u64) -> u64 {
    let span = high.saturating_sub(low) as u128 + 1;
    #[allow(clippy::cast_possible_truncation)]
    let offset = ((draw as u128 * span) >> 64) as u64;
    low + offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_reaches_both_ends_and_survives_an_empty_range() {
        assert_eq!(between(3, 9, 0), 3);
        assert_eq!(between(3, 9, u64::MAX), 9);
        assert_eq!(between(0, u64::MAX, u64::MAX), u64::MAX);
        assert_eq!(between(7, 7, u64::MAX), 7);
        assert_eq!(between(9, 3, u64::MAX), 9);
    }
}
