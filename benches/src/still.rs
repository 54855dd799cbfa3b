//! A clock that costs nothing to read and nothing to wait for.
//!
//! What a gate or a budget costs must not be lost in the price of a timer.

use std::future::ready;
use std::time::{Duration, Instant};

use retry_core::{Clock, Sleep};

/// A clock that stands, and whose waits are over at once.
#[derive(Clone, Copy, Debug)]
pub struct Still(Instant);

impl Still {
    /// A clock that stands at the present.
    #[must_use]
    pub fn now() -> Self {
        Self(Instant::now())
    }
}

impl Clock for Still {
    fn now(&self) -> Instant {
        self.0
    }

    fn sleep(&self, _: Duration) -> Sleep {
        Box::pin(ready(()))
    }

    fn park(&self, _: Duration) {}
}
