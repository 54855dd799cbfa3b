//! Statistics in memory: what was counted in this process, for whoever looks.
//!
//! They are a second listener of the word that a call reads at its start, and no observer: a count
//! needs neither the lock that observers are found under nor an event.

pub(crate) mod snapshot;

use crate::drivers::statistics::snapshot::StatisticsSnapshot;

/// The statistics of the process. Off until they are enabled.
///
/// ```
/// use retry_core::{Retry, RetryPolicy, Statistics};
///
/// Statistics::enable();
/// let retry = Retry::new(RetryPolicy::new()).with_name("stock::read");
/// retry.run_blocking(|| Ok::<_, std::io::Error>(7))?;
///
/// let snapshot = Statistics::snapshot();
/// assert_eq!(snapshot.total.succeeded_at_once, 1);
/// println!("{snapshot}"); // a table
/// # Ok::<_, retry_core::RetryError<std::io::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Statistics;

impl Statistics {
    /// Counts the calls that begin from now on.
    pub fn enable() {}

    /// Counts the calls that begin from now on, and how long each takes: the clock is read at the
    /// start and at the end of each.
    pub fn enable_with_latency() {}

    /// Counts no call that begins from now on. What was counted is kept; calls that have begun are
    /// counted to their end.
    pub fn disable() {}

    /// What was counted so far. The counts are read one after another while calls go on.
    #[must_use]
    pub fn snapshot() -> StatisticsSnapshot {
        StatisticsSnapshot::default()
    }
}
