//! What is constant about an annotated function.

use std::fmt::Display;
use std::hash::Hash;
use std::sync::{Arc, OnceLock};

use crate::drivers::call::{Labels, Terms};
use crate::drivers::gates::Gates;
use crate::drivers::keyed::{Digest, Keyed};
use crate::drivers::seeds::Seeds;
use crate::drivers::services::{Service, Shared, SharedRef, Wanted};
use crate::seams::clock::Clock;
use crate::values::breaker_policy::BreakerPolicy;
use crate::values::policy::RetryPolicy;

/// What is constant about an annotated function.
#[derive(Debug)]
pub struct Site {
    pub(super) policy: RetryPolicy,
    pub(super) labels: Labels<'static>,
    pub(super) retries_timeouts: bool,
    wanted: Wanted,
    /// Made by the first call.
    shared: OnceLock<Shared>,
    keyed: OnceLock<Keyed<Shared>>,
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
        Self {
            policy,
            labels,
            retries_timeouts,
            wanted: Wanted { breaker: None },
            shared: OnceLock::new(),
            keyed: OnceLock::new(),
        }
    }

    /// With a circuit breaker, which it shares with its service.
    #[must_use]
    pub const fn with_circuit_breaker(mut self, policy: BreakerPolicy) -> Self {
        self.wanted.breaker = Some(policy);
        self
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
        SharedRef::Static(self.shared.get_or_init(|| self.service().share(self.wanted)))
    }

    /// The service of the function; one that names none has its own.
    fn service(&self) -> Arc<Service> {
        match (self.labels.service, self.labels.name) {
            (Some(service), _) => Service::named(service),
            (None, name) => Arc::new(Service::new(name.unwrap_or_default())),
        }
    }

    /// The gates of the function for a key.
    pub(super) fn shared_for<K: Hash + Display + ?Sized>(&'static self, key: &K) -> SharedRef {
        let keyed = self.keyed.get_or_init(|| Keyed::new(Keyed::<Shared>::MOST));
        let digest = Digest::of(key);
        SharedRef::Counted(keyed.get_or_make(digest, || {
            self.service().part(digest, || key.to_string()).share(self.wanted)
        }))
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
