//! Statistics in memory: what was counted in this process, for whoever looks.
//!
//! They are a second listener of the word that a call reads at its start, and no observer: a count
//! needs neither the lock that observers are found under nor an event.

pub(crate) mod cell;
pub(crate) mod shared;
pub(crate) mod snapshot;
pub(crate) mod table;
pub(crate) mod table_text;

use std::sync::OnceLock;
use std::time::SystemTime;

use crate::drivers::observing::Listening;
use crate::drivers::operations::registry::RetryRegistry;
use crate::drivers::statistics::shared::SharedCounts;
use crate::drivers::statistics::snapshot::StatisticsSnapshot;

static SINCE: OnceLock<SystemTime> = OnceLock::new();

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
    /// Counts the calls that begin from now on, and does not measure how long they take.
    pub fn enable() {
        SINCE.get_or_init(SystemTime::now);
        Listening::COUNTS.begins();
        Listening::LATENCY.ends();
    }

    /// Counts the calls that begin from now on, and how long each takes: the clock is read at the
    /// start and at the end of each.
    pub fn enable_with_latency() {
        Self::enable();
        Listening::LATENCY.begins();
    }

    /// Counts no call that begins from now on. What was counted is kept; calls that have begun are
    /// counted to their end.
    pub fn disable() {
        Listening::COUNTS.and(Listening::LATENCY).ends();
    }

    /// What was counted so far. The counts are read one after another while calls go on.
    #[must_use]
    pub fn snapshot() -> StatisticsSnapshot {
        let (operations, total) = table::read();
        let SharedCounts { circuits, probes, settings_loaded, settings_failed } =
            SharedCounts::read();
        StatisticsSnapshot {
            since: SINCE.get().copied(),
            operations,
            total,
            services: RetryRegistry::process().services(),
            circuits,
            probes,
            settings_loaded,
            settings_failed,
        }
    }
}
