//! The bounds of the histograms.

use std::time::Duration;

use crate::machines::histogram;

/// The lowest bound is this power of two, in microseconds: 0.512 ms.
const LOWEST: u32 = 9;
/// Up to 2^27 µs, which is 134 s.
const BOUNDS_IN_ALL: usize = 19;

/// Powers of two, in seconds.
pub(super) const BOUNDS: [f64; BOUNDS_IN_ALL] = {
    let mut bounds = [0.0; BOUNDS_IN_ALL];
    let mut place = 0;
    let mut micros = 1_u32 << LOWEST;
    while place < bounds.len() {
        bounds[place] = micros as f64 / 1e6;
        micros <<= 1;
        place += 1;
    }
    bounds
};

/// What a time in a cell of the statistics is taken for, in seconds.
pub(super) fn seconds(cell: usize) -> f64 {
    Duration::from_nanos(histogram::middle_of(cell)).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::machines::histogram::{Histogram, Reading};

    /// What is told for this time.
    fn told(nanos: u64) -> f64 {
        let histogram = Box::new(Histogram::new());
        histogram.record(nanos);
        let mut reading = Reading::default();
        histogram.add_to(&mut reading);
        seconds(reading.cells().iter().position(|count| *count == 1).unwrap())
    }

    #[test]
    fn bounds_go_from_half_a_millisecond_to_two_minutes() {
        assert_eq!((BOUNDS[0], BOUNDS[1]), (0.000_512, 0.001_024));
        assert_eq!(BOUNDS.last(), Some(&134.217_728));
    }

    proptest! {
        #[test]
        fn what_is_told_lies_between_the_same_bounds_as_the_time(
            (shift, bits) in (8..48_u32, any::<u64>()),
        ) {
            let nanos = bits >> shift;
            let time = Duration::from_nanos(nanos).as_secs_f64();
            let above = |time: f64| BOUNDS.iter().filter(|bound| time >= **bound).count();
            prop_assert_eq!(above(told(nanos)), above(time), "{} ns", nanos);
        }

        #[test]
        fn what_is_told_is_right_to_a_thirtieth(nanos in 1_000..1_u64 << 47) {
            let time = Duration::from_nanos(nanos).as_secs_f64();
            prop_assert!((told(nanos) / time - 1.0).abs() < 0.032, "{} ns", nanos);
        }
    }
}
