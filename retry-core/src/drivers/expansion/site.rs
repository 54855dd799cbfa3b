//! What is constant about an annotated function.

use std::fmt::Display;
use std::hash::Hash;
use std::sync::{Arc, OnceLock};

use crate::drivers::call::{Labels, Terms};
use crate::drivers::gates::Gates;
use crate::drivers::seeds::Seeds;
use crate::drivers::services::{Shared, SharedRef};
use crate::seams::clock::Clock;
use crate::values::policy::RetryPolicy;

/// What is constant about an annotated function.
#[derive(Debug)]
pub struct Site {
    pub(super) policy: RetryPolicy,
    pub(super) labels: Labels<'static>,
    pub(super) retries_timeouts: bool,
    shared: OnceLock<Shared>,
}

impl Site {
    /// `retries_timeouts` is whether an attempt that its time limit cut is worth another: it has
    /// no error that the conditions could be asked about.
    #[must_use]
    pub const fn new(
        policy: RetryPolicy,
        name: &'static str,
        service: Option<&'static str>,
        retries_timeouts: bool,
    ) -> Self {
        let labels = Labels { name: Some(name), service };
        Self { policy, labels, retries_timeouts, shared: OnceLock::new() }
    }

    pub(super) const fn terms<'a>(
        &'static self,
        clock: &'a dyn Clock,
        shared: Option<&'a Shared>,
    ) -> Terms<'a> {
        let gates = match shared {
            Some(shared) => &shared.gates,
            None => Gates::NONE,
        };
        let (policy, labels, seeds) = (&self.policy, self.labels, &Seeds::Process);
        Terms { policy, labels, seeds, deadline: None, gates, clock }
    }

    /// The gates of the function.
    pub(super) fn shared(&'static self) -> SharedRef {
        SharedRef::Static(self.shared.get_or_init(Shared::default))
    }

    /// The gates of the function for a key.
    pub(super) fn shared_for<K: Hash + Display + ?Sized>(&'static self, _: &K) -> SharedRef {
        SharedRef::Counted(Arc::default())
    }
}

/// Marks the policy of a function that blocks, where no attempt can be cut.
///
/// # Panics
///
/// When it has an attempt timeout; the call stands in a `const`.
#[must_use]
#[track_caller]
pub const fn blocking(policy: RetryPolicy) -> RetryPolicy {
    assert!(
        policy.attempt_timeout().is_none(),
        "attempt_timeout has no effect on a function that blocks: a thread cannot be cut"
    );
    policy
}
