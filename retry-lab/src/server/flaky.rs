//! A server with capacity for everyone that fails some requests.
//!
//! Failures are independent, each with the same probability: the case that retries are for. Within
//! a fault the probability may be another one for everyone, for one shard, or for one process that
//! is cut off.

use std::time::Duration;

use crate::chance::Chance;
use crate::failure::Failure;
use crate::server::timeline::Span;
use crate::server::{Ask, Reply, Server};

/// Whom a fault hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hits {
    Everyone,
    Key(u32),
    Process(u32),
}

impl Hits {
    pub(crate) fn includes(self, process: u32, key: u32) -> bool {
        match self {
            Self::Everyone => true,
            Self::Key(bad) => key == bad,
            Self::Process(bad) => process == bad,
        }
    }
}

/// What a flaky server is like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FlakySpec {
    /// The mean of the round trip, which is exponential.
    pub(crate) round_trip: f64,
    /// How probable a failure is outside the fault, and for those it does not hit.
    pub(crate) background: f64,
    /// How probable it is for those it hits.
    pub(crate) within: f64,
    pub(crate) fault: Span,
    pub(crate) hits: Hits,
}

/// A server that fails some requests.
#[derive(Debug)]
pub(crate) struct Flaky {
    pub(crate) spec: FlakySpec,
    pub(crate) chance: Chance,
}

impl Server for Flaky {
    fn offer(&mut self, ask: Ask) -> Reply {
        let spec = &self.spec;
        let hit = spec.fault.contains(ask.sent) && spec.hits.includes(ask.process, ask.key);
        let probability = if hit { spec.within } else { spec.background };
        let at = ask.sent + self.chance.exponential(spec.round_trip);
        let failed = self.chance.happens(probability);
        let result = if failed { Err(Failure::Failed) } else { Ok(()) };
        Reply { at, result, work: Duration::ZERO }
    }
}
