//! How times are spread: a histogram with a fixed relative error.
//!
//! Each octave from 1 µs to 2^37 µs (38 hours) is cut into sixteen equal parts, so what is read back
//! lies at most 6.25 % above what was recorded, whether that was microseconds or hours. Recording is
//! a few relaxed steps without a lock; no cell depends on another, so a reader may see some of a
//! record and not the rest.

use std::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::values::nanos::PER_SECOND;
use crate::values::statistics::TimeStatistics;

const PARTS: u64 = 16;
const OCTAVES: u64 = 37;
/// One cell for all below 1 µs, and one for all above the last octave.
#[allow(clippy::cast_possible_truncation)] // a few hundred
const CELLS: usize = (PARTS * OCTAVES) as usize + 2;

/// Times are put into cells in sixteenths of a microsecond, 62.5 ns, so that 1 µs is sixteen.
const UNITS: u64 = 2;
const UNITS_NANOS: u64 = 125;
const FIRST_OCTAVE: u32 = PARTS.ilog2();
/// The first time that is too long to be told from longer ones.
const TOO_LONG: u64 = (1 << OCTAVES) * 1_000;

/// A histogram; about 3.6 KB.
#[derive(Debug)]
pub(crate) struct Histogram {
    cells: [AtomicU32; CELLS],
    /// How often a cell has overflowed. Cells of 64 bits would take twice the room.
    carried: [AtomicU16; CELLS],
    sum: Sum,
    max: AtomicU64,
}

/// A sum of nanoseconds; 64 bits are over when a thousand calls have waited for half a year.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    low: AtomicU64,
    carried: AtomicU32,
}

impl Sum {
    pub(crate) const fn new() -> Self {
        Self { low: AtomicU64::new(0), carried: AtomicU32::new(0) }
    }

    #[inline]
    pub(crate) fn add(&self, nanos: u64) {
        let before = self.low.fetch_add(nanos, Ordering::Relaxed);
        if before.checked_add(nanos).is_none() {
            self.carried.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn read(&self) -> Duration {
        let carried = u128::from(self.carried.load(Ordering::Relaxed)) << 64;
        duration(carried + u128::from(self.low.load(Ordering::Relaxed)))
    }
}

fn duration(nanos: u128) -> Duration {
    let seconds = u64::try_from(nanos / u128::from(PER_SECOND)).unwrap_or(u64::MAX);
    #[allow(clippy::cast_possible_truncation)] // below a second
    let rest = (nanos % u128::from(PER_SECOND)) as u32;
    Duration::new(seconds, rest)
}

/// The cell of a time.
#[inline]
#[allow(clippy::cast_possible_truncation)] // below `CELLS`
const fn cell_of(nanos: u64) -> usize {
    if nanos >= TOO_LONG {
        return CELLS - 1;
    }
    let units = nanos * UNITS / UNITS_NANOS;
    if units < PARTS {
        return 0;
    }
    let octave = units.ilog2() - FIRST_OCTAVE;
    (1 + octave as u64 * PARTS + (units >> octave) - PARTS) as usize
}

/// The least time that is above all of a cell, in nanoseconds.
const fn end_of(cell: usize) -> u64 {
    if cell == 0 {
        return 1_000;
    }
    if cell == CELLS - 1 {
        return u64::MAX;
    }
    let (octave, part) = ((cell as u64 - 1) / PARTS, (cell as u64 - 1) % PARTS);
    (((PARTS + part + 1) << octave) * UNITS_NANOS).div_ceil(UNITS)
}

/// The middle of a cell, in nanoseconds: what its times are taken for where they are added up. Of
/// the last, which has no end, its begin.
#[cfg(feature = "metrics")]
pub(crate) const fn middle_of(cell: usize) -> u64 {
    let begin = if cell == 0 { 0 } else { end_of(cell - 1) };
    if cell == CELLS - 1 { begin } else { begin.midpoint(end_of(cell)) }
}

impl Histogram {
    pub(crate) const fn new() -> Self {
        Self {
            cells: [const { AtomicU32::new(0) }; CELLS],
            carried: [const { AtomicU16::new(0) }; CELLS],
            sum: Sum::new(),
            max: AtomicU64::new(0),
        }
    }

    /// Records one time.
    pub(crate) fn record(&self, nanos: u64) {
        let cell = cell_of(nanos);
        if self.cells[cell].fetch_add(1, Ordering::Relaxed) == u32::MAX {
            self.carried[cell].fetch_add(1, Ordering::Relaxed);
        }
        self.sum.add(nanos);
        // A time that is no longer than the longest, as nearly all are, writes nothing here.
        if nanos > self.max.load(Ordering::Relaxed) {
            self.max.fetch_max(nanos, Ordering::Relaxed);
        }
    }

    /// Adds what was recorded to a reading.
    pub(crate) fn add_to(&self, reading: &mut Reading) {
        let cells = self.cells.iter().zip(&self.carried);
        for (count, (cell, carried)) in reading.cells.iter_mut().zip(cells) {
            let carried = u64::from(carried.load(Ordering::Relaxed)) << 32;
            *count += carried + u64::from(cell.load(Ordering::Relaxed));
        }
        reading.sum = reading.sum.saturating_add(self.sum.read());
        reading.max = reading.max.max(self.max.load(Ordering::Relaxed));
    }
}

/// What several histograms have recorded.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    cells: Vec<u64>,
    sum: Duration,
    max: u64,
}

impl Default for Reading {
    fn default() -> Self {
        Self { cells: vec![0; CELLS], sum: Duration::ZERO, max: 0 }
    }
}

impl Reading {
    /// Adds what another has.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.cells.iter_mut().zip(&other.cells) {
            *mine += theirs;
        }
        self.sum = self.sum.saturating_add(other.sum);
        self.max = self.max.max(other.max);
    }

    /// The time that so many of a thousand do not exceed.
    fn quantile(&self, of_thousand: u128, count: u64) -> Duration {
        let rank = (u128::from(count) * of_thousand).div_ceil(1_000).max(1);
        let mut seen = 0;
        for (cell, count) in self.cells.iter().enumerate() {
            seen += u128::from(*count);
            if seen >= rank {
                return Duration::from_nanos(end_of(cell).min(self.max));
            }
        }
        Duration::ZERO
    }

    /// How many times each cell has.
    #[cfg(feature = "metrics")]
    pub(crate) fn cells(&self) -> &[u64] {
        &self.cells
    }

    pub(crate) fn statistics(&self) -> TimeStatistics {
        let count = self.cells.iter().sum();
        let quantile = |of_thousand| self.quantile(of_thousand, count);
        TimeStatistics {
            count,
            sum: self.sum,
            p50: quantile(500),
            p90: quantile(900),
            p99: quantile(990),
            p99_9: quantile(999),
            max: Duration::from_nanos(self.max),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reading(times: &[u64]) -> Reading {
        let histogram = Box::new(Histogram::new());
        for nanos in times {
            histogram.record(*nanos);
        }
        let mut reading = Reading::default();
        histogram.add_to(&mut reading);
        reading
    }

    #[test]
    fn it_takes_less_than_four_kilobytes() {
        assert!(size_of::<Histogram>() <= 4_096, "{}", size_of::<Histogram>());
    }

    #[test]
    fn every_cell_begins_where_the_one_before_it_ends() {
        for cell in 0..CELLS - 1 {
            let end = end_of(cell);
            assert_eq!((cell_of(end - 1), cell_of(end)), (cell, cell + 1), "{cell}");
        }
        assert_eq!((cell_of(0), cell_of(u64::MAX)), (0, CELLS - 1));
    }

    #[test]
    fn without_a_time_all_is_zero() {
        assert_eq!(Reading::default().statistics(), TimeStatistics::default());
    }

    #[test]
    fn a_cell_and_a_sum_go_on_beyond_their_first_word() {
        let histogram = Box::new(Histogram::new());
        histogram.cells[cell_of(5_000)].store(u32::MAX, Ordering::Relaxed);
        histogram.sum.add(u64::MAX);
        histogram.record(5_000);
        let mut reading = Reading::default();
        histogram.add_to(&mut reading);
        let read = reading.statistics();
        assert_eq!(read.count, 1 << 32);
        assert_eq!(read.sum, Duration::from_nanos(u64::MAX) + Duration::from_micros(5));
    }

    /// Times of every magnitude.
    fn times() -> impl Strategy<Value = Vec<u64>> {
        let time = (0..64_u32, any::<u64>()).prop_map(|(shift, bits)| bits >> shift);
        prop::collection::vec(time, 1..200)
    }

    proptest! {
        #[test]
        fn quantiles_are_those_of_the_sorted_times_to_a_sixteenth(times in times()) {
            let read = reading(&times).statistics();
            let mut sorted = times.clone();
            sorted.sort_unstable();
            prop_assert_eq!(read.count, times.len() as u64);
            prop_assert_eq!(read.sum.as_nanos(), times.iter().map(|time| u128::from(*time)).sum::<u128>());
            prop_assert_eq!(read.max, Duration::from_nanos(*sorted.last().unwrap()));
            let quantiles = [(500, read.p50), (900, read.p90), (990, read.p99), (999, read.p99_9)];
            for (of_thousand, read) in quantiles {
                let exact = sorted[(times.len() * of_thousand).div_ceil(1_000) - 1];
                let read = u64::try_from(read.as_nanos()).unwrap();
                prop_assert!(read >= exact, "{} of 1000: {} < {}", of_thousand, read, exact);
                let most = match exact {
                    0..1_000 => 1_000,
                    TOO_LONG.. => u64::MAX,
                    _ => exact + exact / PARTS + 1,
                };
                prop_assert!(read <= most, "{} of 1000: {} > {}", of_thousand, read, most);
            }
        }

        #[test]
        fn two_together_are_one_that_recorded_all(one in times(), other in times()) {
            let mut both = reading(&one);
            both.merge(&reading(&other));
            let all: Vec<_> = one.into_iter().chain(other).collect();
            prop_assert_eq!(both.statistics(), reading(&all).statistics());
        }
    }
}
