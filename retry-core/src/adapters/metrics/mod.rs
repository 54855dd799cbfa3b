//! Metrics, through the facade crate `metrics`.
//!
//! Nothing is written while calls are made. The statistics count them anyway, cheaper than a recorder
//! could, and the gates know their state; what they hold is published when somebody wants to read it.

mod board;
mod buckets;
mod catalogue;
mod columns;
mod publishing;
mod reading;
mod series;

use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

pub use catalogue::{MetricInfo, MetricSort};
pub use publishing::Publishing;

use crate::adapters::metrics::board::Boards;
use crate::drivers::statistics::Statistics;

/// Publishes what the [statistics](Statistics) and the gates hold, to the recorder of the crate
/// `metrics`.
///
/// ```
/// use retry_core::MetricsReporter;
///
/// let reporter = MetricsReporter::new();
/// // In the handler that Prometheus asks, before the text is rendered:
/// reporter.publish();
/// ```
///
/// Install the recorder first. Counters and gauges that were published to nobody are made up for
/// with the next publication, histograms are not.
///
/// Labels come from closed lists and from names in the code, and at most
/// [`MAX_SERIES`](Self::MAX_SERIES) operations have series of their own; the manual of
/// [all metrics](crate::MetricInfo) says what is published.
///
/// A process has one reporter: two would each tell the histograms everything.
pub struct MetricsReporter {
    boards: Mutex<Boards>,
}

impl MetricsReporter {
    /// How many operations have series of their own, where nobody says.
    pub const MAX_SERIES: usize = 200;

    /// Everything that is published, in the order of the manual.
    pub const CATALOGUE: &'static [MetricInfo] = &catalogue::ALL;

    /// Upper bounds for the histograms, in seconds, for recorders that have to be told: with
    /// `metrics-exporter-prometheus` for each histogram by `set_buckets_for_metric`, or it makes
    /// summaries of them, which cannot be added up over processes.
    ///
    /// Powers of two from 0.5 ms to 134 s: the statistics count by them, so no time is counted below
    /// a bound that it is above.
    pub const BUCKETS: &'static [f64] = &buckets::BOUNDS;

    /// A reporter, and [statistics with latency](Statistics::enable_with_latency), which it needs.
    /// Calls that have begun before are not counted; who [disables](Statistics::disable) statistics
    /// afterwards stops the counters, and who [enables](Statistics::enable) them without latency the
    /// histogram of durations.
    #[must_use]
    pub fn new() -> Self {
        Statistics::enable_with_latency();
        Self { boards: Mutex::new(Boards::new(Self::MAX_SERIES)) }
    }

    /// With series for this many operations, and for the gates of as many. Who comes later is counted
    /// as the operation `other`, and `retry_folded_operations` says how many these are; gates that
    /// come later are left out, since states cannot be added up.
    #[must_use]
    pub fn with_max_series(self, most: usize) -> Self {
        Self { boards: Mutex::new(Boards::new(most)) }
    }

    /// Publishes the numbers as they are now: for the handler that a scraper asks.
    ///
    /// Blocks for about 10 µs for each operation. A recorder takes the values of a histogram one by
    /// one, and may keep them until it is read: with `metrics-exporter-prometheus` that is 60 ns and 8
    /// bytes for each call since the last time. So publish when it is read, or every few seconds.
    pub fn publish(&self) {
        let mut boards = self.boards.lock().unwrap_or_else(PoisonError::into_inner);
        metrics::with_recorder(|recorder| boards.publish(recorder));
    }

    /// Publishes at once, then in this interval, and a last time when what is returned is dropped;
    /// on a thread of its own. For recorders that push.
    ///
    /// # Errors
    ///
    /// An interval outside 1 s ..= 1 day, as
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) around a [`LimitError`](crate::LimitError);
    /// and when the operating system gives no thread.
    pub fn every(self, interval: Duration) -> io::Result<Publishing> {
        Publishing::start(self, interval)
    }
}

impl Default for MetricsReporter {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MetricsReporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MetricsReporter")
    }
}
