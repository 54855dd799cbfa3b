//! Who plays: what each process of a world makes its calls with.
//!
//! A world asks a function for one [`Retry`] per [`Seat`], a seat being a process in a layer, and
//! in some worlds a shard it talks to. What handles of one run share, such as a budget, they share
//! because the function gave them clones; what it makes anew in each call, each process has for
//! itself, as it would have in production.
//!
//! ```
//! use retry_core::Retry;
//! use retry_lab::{Lineup, Seat};
//!
//! // The world's own numbers, with half the attempts.
//! let timid = Lineup::new("two attempts", |seat: Seat| {
//!     Retry::new(seat.policy().with_max_attempts(2))
//! });
//! # assert_eq!(timid.name(), "two attempts");
//! ```

pub(crate) mod gated;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use retry_core::{Retry, RetryPolicy};

use crate::chance::Chance;
use crate::client::call::Calling;
use crate::client::wire::Wire;
use crate::failure::Failure;

/// A place that calls are made from.
#[derive(Clone, Copy, Debug)]
pub struct Seat {
    pub(crate) run: u64,
    pub(crate) layer: u32,
    pub(crate) process: u32,
    pub(crate) key: u32,
    pub(crate) policy: RetryPolicy,
}

impl Seat {
    /// The policy with the world's numbers: its attempts, delays and attempt timeout.
    #[must_use]
    pub const fn policy(&self) -> RetryPolicy {
        self.policy
    }

    /// The layer of processes, from 0, which the users call.
    #[must_use]
    pub const fn layer(&self) -> u32 {
        self.layer
    }

    /// The process within its layer, from 0.
    #[must_use]
    pub const fn process(&self) -> u32 {
        self.process
    }

    /// The shard that the handle is for, from 0, in a world that asks for a handle per shard;
    /// otherwise 0.
    #[must_use]
    pub const fn key(&self) -> u32 {
        self.key
    }

    /// A number of its own for each seat and seed, for what draws at random. The handle itself is
    /// seeded by the lab, whatever the function does.
    #[must_use]
    pub fn seed(&self) -> u64 {
        let place = u64::from(self.layer) << 48 | u64::from(self.key) << 32;
        Chance::new(self.run, 1 << 63 | place | u64::from(self.process)).bits()
    }
}

/// What makes the handle of a seat.
pub(crate) type Handles = dyn Fn(Seat) -> Retry + Send + Sync;

/// What makes a call by itself.
pub(crate) type Own = dyn Fn(Wire) -> Calling + Send + Sync;

/// What the processes of a world are given, with a name for tables.
#[derive(Clone)]
pub struct Lineup {
    name: Arc<str>,
    pub(crate) kind: Kind,
}

#[derive(Clone)]
pub(crate) enum Kind {
    Handles(Arc<Handles>),
    Own(Arc<Own>),
    Oracle,
}

impl Lineup {
    /// A handle per seat.
    pub fn new<F>(name: &str, handle: F) -> Self
    where
        F: Fn(Seat) -> Retry + Send + Sync + 'static,
    {
        Self { name: name.into(), kind: Kind::Handles(Arc::new(handle)) }
    }

    /// Code that makes its own calls over a [`Wire`]: a function under `#[with_retry]`, say.
    ///
    /// What such code draws at random the lab cannot seed, so two reports may differ.
    ///
    /// ```
    /// use std::time::Duration;
    /// use retry_core::with_retry;
    /// use retry_lab::{Failure, Lineup, Wire, refused};
    ///
    /// #[with_retry(max_attempts = 2)]
    /// async fn fetch(wire: &Wire) -> Result<(), Failure> {
    ///     wire.send().await
    /// }
    ///
    /// let lineup = Lineup::of_calls("fetch", |wire| async move { fetch(&wire).await });
    /// let report = refused(Duration::from_secs(2)).with_layers(1).with_seeds(1).play(&lineup);
    /// assert!(report.mean_load() <= 2.2);
    /// ```
    pub fn of_calls<F, Fut, E>(name: &str, call: F) -> Self
    where
        F: Fn(Wire) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
    {
        let own = move |wire| -> Calling {
            let result = call(wire);
            Box::pin(async move { result.await.map_err(|_| Failure::GaveUp) })
        };
        Self { name: name.into(), kind: Kind::Own(Arc::new(own)) }
    }

    /// One attempt: what the storm is without retries.
    #[must_use]
    pub fn no_retry() -> Self {
        Self::new("no retry", |seat| gated::bare(seat.policy().with_max_attempts(1)))
    }

    /// The world's attempts with exponential backoff and full jitter, and nothing else: what most
    /// programs do.
    #[must_use]
    pub fn backoff() -> Self {
        Self::new("backoff", |seat| gated::bare(seat.policy()))
    }

    /// Backoff with the handle's retry budget, and no other gate.
    #[must_use]
    pub fn budget() -> Self {
        Self::new("budget", gated::budget)
    }

    /// Backoff with every gate of the standard preset.
    #[must_use]
    pub fn standard() -> Self {
        Self::new("standard", gated::standard)
    }

    /// Knows the server's state and the end of the fault, holds its calls until then, and then
    /// spreads them by the server's capacity. No policy can do this; it shows what is possible.
    #[must_use]
    pub fn oracle() -> Self {
        Self { name: "oracle".into(), kind: Kind::Oracle }
    }

    /// The name that tables have for it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for Lineup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lineup").field("name", &self.name).finish_non_exhaustive()
    }
}
