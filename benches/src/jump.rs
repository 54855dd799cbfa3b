//! A clock that costs next to nothing, and whose waits are over at once.
//!
//! What a gate or a budget costs must not be lost in the price of a timer.

use std::future::ready;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use retry_core::{Clock, Sleep};

/// A clock that stands while nobody waits, and jumps over every wait.
#[derive(Debug)]
pub struct Jump {
    start: Instant,
    waited: AtomicU64,
}

impl Jump {
    /// A clock that begins at the present.
    #[must_use]
    pub fn now() -> Self {
        Self { start: Instant::now(), waited: AtomicU64::new(0) }
    }
}

impl Clock for Jump {
    fn now(&self) -> Instant {
        self.start + Duration::from_nanos(self.waited.load(Ordering::Relaxed))
    }

    fn sleep(&self, delay: Duration) -> Sleep {
        self.park(delay);
        Box::pin(ready(()))
    }

    fn park(&self, delay: Duration) {
        let nanos = u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
        self.waited.fetch_add(nanos, Ordering::Relaxed);
    }
}
