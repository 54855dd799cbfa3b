//! The bounds of the histograms.

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

/// The middle of a place of the statistics' histograms, in seconds.
pub(super) fn seconds(place: usize) -> f64 {
    let _ = place;
    0.0
}
