//! What is constant about an annotated function.

use std::fmt::Display;
use std::hash::Hash;
use std::mem;
use std::sync::{Arc, OnceLock};

use crate::drivers::budget::BudgetCell;
use crate::drivers::budgets::Budgets;
use crate::drivers::call::{Labels, Terms};
use crate::drivers::gates::Gates;
use crate::drivers::keyed::{Digest, Keyed};
use crate::drivers::seeds::Seeds;
use crate::drivers::services::{Service, Shared, SharedRef, Wanted};
use crate::seams::clock::Clock;
use crate::values::breaker_policy::BreakerPolicy;
use crate::values::budget_policy::BudgetPolicy;
use crate::values::policy::RetryPolicy;
use crate::values::rate_limit_policy::RateLimitPolicy;

/// What is constant about an annotated function.
#[derive(Debug)]
pub struct Site {
    pub(super) policy: RetryPolicy,
    pub(super) labels: Labels<'static>,
    pub(super) retries_timeouts: bool,
    wanted: Wanted,
    budget: SiteBudget,
    /// Made by the first call.
    shared: OnceLock<Shared>,
    keyed: OnceLock<Keyed<Shared>>,
}

/// Where the budget of a function without gates is.
#[derive(Debug)]
enum SiteBudget {
    None,
    /// In the function's own constant: nothing has to be made or found.
    Own(BudgetCell),
    /// With its service.
    OfService,
}

impl SiteBudget {
    const fn own_or_of(service: Option<&'static str>, policy: BudgetPolicy) -> Self {
        match service {
            Some(_) => Self::OfService,
            None => Self::Own(BudgetCell::new(policy)),
        }
    }
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
            wanted: Wanted { breaker: None, budget: Some(BudgetPolicy::new()), rate_limit: None },
            budget: SiteBudget::own_or_of(service, BudgetPolicy::new()),
            shared: OnceLock::new(),
            keyed: OnceLock::new(),
        }
    }

    /// With this budget in place of the default one.
    #[must_use]
    pub const fn with_budget(self, policy: BudgetPolicy) -> Self {
        let budget = SiteBudget::own_or_of(self.labels.service, policy);
        let wanted = Wanted { budget: Some(policy), ..self.wanted };
        self.budgeted(wanted, budget)
    }

    /// With retries that nothing but the policy bounds.
    #[must_use]
    pub const fn without_budget(self) -> Self {
        let wanted = Wanted { budget: None, ..self.wanted };
        self.budgeted(wanted, SiteBudget::None)
    }

    const fn budgeted(mut self, wanted: Wanted, budget: SiteBudget) -> Self {
        self.wanted = wanted;
        // A constant runs no destructors; the budget that goes has been used by nobody, and holds
        // nothing to give back.
        mem::forget(mem::replace(&mut self.budget, budget));
        self
    }

    /// With a circuit breaker, which it shares with its service.
    #[must_use]
    pub const fn with_circuit_breaker(mut self, policy: BreakerPolicy) -> Self {
        self.wanted.breaker = Some(policy);
        self
    }

    #[inline]
    pub(super) fn terms<'a>(
        &'static self,
        clock: &'a dyn Clock,
        shared: Option<&'a Shared>,
    ) -> Terms<'a> {
        let (gates, budgets) = match shared {
            Some(shared) => (&shared.gates, shared.budgets()),
            None => (Gates::NONE, self.budgets()),
        };
        let (policy, labels, seeds) = (&self.policy, self.labels, &Seeds::Process);
        Terms { policy, labels, seeds, deadline: None, gates, budgets, clock }
    }

    /// With a rate limit, which it shares with its service.
    #[must_use]
    pub const fn with_rate_limit(mut self, policy: RateLimitPolicy) -> Self {
        self.wanted.rate_limit = Some(policy);
        self
    }

    /// The budgets of a function without gates.
    #[inline]
    pub(super) fn budgets(&'static self) -> Budgets<'static> {
        Budgets::new(self.budget())
    }

    /// The budget of a function without gates.
    #[inline]
    fn budget(&'static self) -> Option<&'static BudgetCell> {
        match &self.budget {
            SiteBudget::None => None,
            SiteBudget::Own(cell) => Some(cell),
            SiteBudget::OfService => self.make_shared().budget(),
        }
    }

    /// The gates of the function.
    pub(super) fn shared(&'static self) -> SharedRef {
        SharedRef::Static(self.make_shared())
    }

    fn make_shared(&'static self) -> &'static Shared {
        self.shared.get_or_init(|| self.service().share(self.wanted))
    }

    /// The service of the function; one that names none has its own.
    fn service(&self) -> Arc<Service> {
        match (self.labels.service, self.labels.name) {
            (Some(service), _) => Service::named(service),
            (None, name) => Arc::new(Service::new(name.unwrap_or_default())),
        }
    }

    /// The gates of the function for a key.
    pub(super) fn shared_for<K: GateKey + ?Sized>(&'static self, key: &K) -> SharedRef {
        let keyed = self.keyed.get_or_init(|| Keyed::new(Keyed::<Shared>::MOST));
        let digest = Digest::of(key);
        SharedRef::Counted(keyed.get_or_make(digest, || {
            self.service().part(digest, || key.to_string()).share(self.wanted)
        }))
    }
}

/// What gates can be told apart by.
#[diagnostic::on_unimplemented(
    message = "gates cannot be told apart by `{Self}`",
    label = "`key` has to be `Hash` and `Display`",
    note = "a part of it may do, or a text: `key = shard.id`, `key = format!(\"{{shard:?}}\")`"
)]
pub trait GateKey: Hash + Display {}

#[diagnostic::do_not_recommend]
impl<K: Hash + Display + ?Sized> GateKey for K {}

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
