//! What was counted in a process, at one moment.

use std::time::SystemTime;

use crate::drivers::operations::snapshot::ServiceSnapshot;
use crate::values::circuit::CircuitState;
use crate::values::counts::Counts;
use crate::values::statistics::OperationStatistics;

/// What was counted in this process; see [`Statistics`](crate::Statistics).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct StatisticsSnapshot {
    /// When the statistics were enabled first; `None` where they never were.
    pub since: Option<SystemTime>,
    /// Each operation that was called, by name and service.
    pub operations: Vec<OperationStatistics>,
    /// All of them together.
    pub total: OperationStatistics,
    /// The gates of each service that somebody has named, as they are now.
    pub services: Vec<ServiceSnapshot>,
    /// How often a circuit came into each state.
    pub circuits: Counts<CircuitState>,
    /// How often a circuit that is not closed let an attempt through, to see whether the other side is
    /// back.
    pub probes: u64,
    /// How often settings were read and are in force.
    pub settings_loaded: u64,
    /// How often settings were read and are broken.
    pub settings_failed: u64,
}
