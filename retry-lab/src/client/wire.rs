//! The line from a process to what it calls, for code that makes its own calls.
//!
//! A [`Retry`](retry_core::Retry) per seat is the usual way to play. A function under
//! `#[with_retry]`, or anything else that retries, plays through a [`Wire`]: it sends when it
//! likes, and the lab counts.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use crate::client::call::attempt;
use crate::client::link::Link;
use crate::client::world::{Place, World};
use crate::failure::Failure;

/// A line to the server, or to the next layer, for one call.
#[derive(Clone)]
pub struct Wire {
    pub(crate) world: Arc<World>,
    pub(crate) place: Place,
    pub(crate) above: Option<Arc<Link>>,
}

impl Wire {
    /// Makes one attempt.
    ///
    /// # Errors
    ///
    /// What the server answers when it does not serve.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future is leaving: the server does the work all the same.
    pub fn send(&self) -> impl Future<Output = Result<(), Failure>> + Send + 'static {
        attempt(self.world.clone(), self.place, self.above.clone())
    }

    /// The end of the user's call; `None` where the world has none.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.place.deadline.map(tokio::time::Instant::into_std)
    }

    /// The process that calls, from 0.
    #[must_use]
    pub const fn process(&self) -> u32 {
        self.place.process
    }

    /// The shard that is called, from 0.
    #[must_use]
    pub const fn key(&self) -> u32 {
        self.place.key
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("place", &self.place).finish_non_exhaustive()
    }
}
