//! What is constant about an annotated function.

use std::borrow::Cow;
use std::fmt::Display;
use std::hash::Hash;
use std::time::Duration;

use crate::drivers::budgets::Budgets;
use crate::drivers::call::Terms;
use crate::drivers::gates::Gates;
use crate::drivers::keyed::Digest;
use crate::drivers::operations;
use crate::drivers::operations::operation::{Operation, Reach};
use crate::drivers::operations::plan::PlanId;
use crate::drivers::sandbox;
use crate::drivers::seeds::Seeds;
use crate::drivers::services::{Shared, SharedRef};
use crate::drivers::statistics::cell::{Counted, thread_number};
use crate::seams::clock::Clock;
use crate::values::breaker_policy::BreakerPolicy;
use crate::values::budget_policy::BudgetPolicy;
use crate::values::labels::Labels;
use crate::values::policy::RetryPolicy;
use crate::values::preset::Preset;
use crate::values::rate_limit_policy::RateLimitPolicy;
use crate::values::strategy::Strategy;
use crate::values::tag::Tag;

/// What is constant about an annotated function.
#[derive(Debug)]
pub struct Site {
    operation: Operation,
    retries_timeouts: bool,
    /// A strategy of one's own is told how long the call has taken.
    asks_for_time: bool,
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
        let service = match service {
            Some(service) => Some(Cow::Borrowed(service)),
            None => None,
        };
        let asks_for_time = matches!(policy.strategy(), Strategy::Custom(_));
        let operation = Operation::new(policy, Cow::Borrowed(name), service);
        Self { operation, retries_timeouts, asks_for_time }
    }

    /// With this budget in place of the default one.
    #[must_use]
    pub const fn with_budget(self, policy: BudgetPolicy) -> Self {
        let preset = self.operation.preset().with_budget(policy);
        self.with_preset(&preset)
    }

    /// With retries that nothing but the policy bounds.
    #[must_use]
    pub const fn without_budget(self) -> Self {
        let preset = self.operation.preset().without_budget();
        self.with_preset(&preset)
    }

    /// With a circuit breaker, which it shares with its service.
    #[must_use]
    pub const fn with_circuit_breaker(self, policy: BreakerPolicy) -> Self {
        let preset = self.operation.preset().with_circuit_breaker(policy);
        self.with_preset(&preset)
    }

    /// With a rate limit, which it shares with its service.
    #[must_use]
    pub const fn with_rate_limit(self, policy: RateLimitPolicy) -> Self {
        let preset = self.operation.preset().with_rate_limit(policy);
        self.with_preset(&preset)
    }

    /// With these tags.
    #[must_use]
    pub const fn with_tags(mut self, tags: &'static [Tag]) -> Self {
        self.operation.set_tags(tags);
        self
    }

    const fn with_preset(mut self, preset: &Preset) -> Self {
        self.operation.set_preset(preset);
        self
    }

    /// The function as it is for a call that starts now.
    #[inline]
    pub(super) fn in_force(&'static self, reach: Reach) -> InForce {
        let plan = self.operation.plan();
        let plan = if plan == PlanId::UNSEEN { self.join(reach) } else { plan };
        InForce { site: self, plan }
    }

    /// The function as its code says, where settings say nothing of it, nor its policy asks for the
    /// time.
    #[inline(always)]
    pub(super) fn as_in_code(&'static self) -> Option<InForce> {
        let plan = self.operation.plan();
        (plan == PlanId::CODE && !self.asks_for_time).then_some(InForce { site: self, plan })
    }

    #[cold]
    fn join(&'static self, reach: Reach) -> PlanId {
        self.operation.reaches(reach);
        operations::join(&self.operation)
    }
}

/// An annotated function, with the plan that one of its calls keeps to.
#[derive(Clone, Copy, Debug)]
pub(super) struct InForce {
    site: &'static Site,
    plan: PlanId,
}

impl InForce {
    #[inline]
    pub(super) fn labels(self) -> Labels<'static> {
        self.site.operation.labels()
    }

    /// Whether its policy asks for the time that a call has taken, though nothing cuts its attempts.
    #[inline]
    pub(super) fn asks_for_time(self) -> bool {
        self.site.asks_for_time || self.policy().timeout().is_some()
    }

    #[inline]
    pub(super) fn policy(self) -> &'static RetryPolicy {
        self.site.operation.policy(self.plan)
    }

    pub(super) const fn retries_timeouts(self) -> bool {
        self.site.retries_timeouts
    }

    #[inline]
    pub(super) fn terms<'a>(self, clock: &'a dyn Clock, shared: Option<&'a Shared>) -> Terms<'a> {
        let (gates, budgets) = match shared {
            Some(shared) => (&shared.gates, shared.budgets()),
            None => (Gates::NONE, self.budgets_after_a_failure()),
        };
        let (policy, labels, seeds) = (self.policy(), self.labels(), &Seeds::Process);
        let counted = Counted::Here(self.site.operation.tally());
        let (deadline, observers) = (None, None);
        Terms { policy, labels, seeds, deadline, gates, budgets, clock, observers, counted }
    }

    /// A call that is counted succeeded at its first attempt.
    pub(super) fn count_at_once(self, took: Option<Duration>) {
        let operation = &self.site.operation;
        let tally = operation.tally().tally(&operation.labels());
        tally.succeeded_at_once(thread_number());
        if let Some(took) = took {
            tally.took(took);
        }
    }

    /// The budgets of a function without gates.
    #[inline]
    pub(super) fn budgets(self) -> Budgets<'static> {
        self.site.operation.budgets(self.plan)
    }

    /// The same, which a test may have for itself: what a success brings to the others is no harm.
    #[inline]
    fn budgets_after_a_failure(self) -> Budgets<'static> {
        match sandbox::shared(&self.site.operation, self.plan) {
            Some(shared) => shared.budgets(),
            None => self.budgets(),
        }
    }

    /// The gates of the function.
    pub(super) fn shared(self) -> SharedRef {
        if let Some(shared) = sandbox::shared(&self.site.operation, self.plan) {
            return SharedRef::Static(shared);
        }
        SharedRef::Static(self.site.operation.shared(self.plan))
    }

    /// The gates of the function for a key.
    pub(super) fn shared_for<K: GateKey + ?Sized>(self, key: &K) -> SharedRef {
        if let Some(shared) = sandbox::shared(&self.site.operation, self.plan) {
            return SharedRef::Counted(shared.part(Digest::of(key), || key.to_string()));
        }
        self.site.operation.shared_for(self.plan, (Digest::of(key), || key.to_string()))
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
