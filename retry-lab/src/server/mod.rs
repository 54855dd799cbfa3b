//! The servers of the storms.
//!
//! A server is arithmetic, not a task. Its faults are known before the run, and it never changes
//! its mind about a request, so the moment at which a request is sent is the moment at which its
//! answer can be computed: one timer for each attempt, and closed forms to test against. The one
//! exception is the contended row, whose state depends on who comes first over a network of random
//! speed.

pub(crate) mod bucket;
pub(crate) mod flaky;
pub(crate) mod queue;
pub(crate) mod row;
pub(crate) mod timeline;

use std::time::Duration;

use crate::failure::Failure;

/// A request as it leaves its caller.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ask {
    /// Since the start of the run.
    pub(crate) sent: Duration,
    /// Who asks.
    pub(crate) process: u32,
    /// For what: the shard.
    pub(crate) key: u32,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// When the caller has the answer.
    pub(crate) at: Duration,
    pub(crate) result: Result<(), Failure>,
    /// How long a worker is busy with it, whether or not the caller stays.
    pub(crate) work: Duration,
}

/// Answers requests.
pub(crate) trait Server: Send {
    /// What becomes of a request; to be asked in the order in which the requests are sent.
    fn offer(&mut self, ask: Ask) -> Reply;
}
