//! The moment that a machine counts its nanoseconds from.
//!
//! Machines take the time as a number. It is counted from the first time that anybody asked, so
//! that what has a machine can be built in a `const`, where there is no clock.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::seams::clock::Clock;
use crate::values::nanos;

/// The first instant that was asked for; all clocks that ask must tell the same time.
#[derive(Debug, Default)]
pub(crate) struct Epoch(OnceLock<Instant>);

impl Epoch {
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The present time in nanoseconds since the epoch.
    pub(crate) fn now(&self, clock: &dyn Clock) -> u64 {
        self.at(clock.now())
    }

    /// The nanoseconds from the epoch to `instant`; zero for one that was before.
    pub(crate) fn at(&self, instant: Instant) -> u64 {
        let epoch = *self.0.get_or_init(|| instant);
        nanos::saturating(instant.saturating_duration_since(epoch))
    }

    /// The instant `nanos` after the epoch; `None` before the first time that was asked for.
    pub(crate) fn instant(&self, nanos: u64) -> Option<Instant> {
        self.0.get()?.checked_add(Duration::from_nanos(nanos))
    }
}
