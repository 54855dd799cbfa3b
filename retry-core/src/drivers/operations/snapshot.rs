//! Operations and services as they are at one moment, for whoever looks.

use crate::drivers::breaker::{BreakerSnapshot, CircuitBreaker};
use crate::drivers::budget::RetryBudget;
use crate::drivers::operations::registry::Member;
use crate::drivers::rate_limit::{RateLimit, RateLimitSnapshot};
use crate::drivers::services::Service;
use crate::machines::budget::BudgetSnapshot;
use crate::values::policy::RetryPolicy;
use crate::values::tag::Tag;

/// An operation at one moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationSnapshot {
    /// Its name.
    pub name: String,
    /// The service that it calls, if it names one: then its gates are in that one's
    /// [`ServiceSnapshot`] as well.
    pub service: Option<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Whether it is an annotated function, and not a handle.
    pub is_function: bool,
    /// The policy of the calls that begin now.
    pub policy: RetryPolicy,
    /// Whether settings have changed what the code says.
    pub is_overridden: bool,
    /// What settings say of it and it cannot do, such as a limit on attempts that cannot be cut.
    pub without_effect: Vec<String>,
    /// Its gates.
    pub gates: GatesSnapshot,
}

/// A service at one moment, or the part of it for one key.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServiceSnapshot {
    /// Its name; with the key behind it in brackets where it is the part for one.
    pub name: String,
    /// Its gates.
    pub gates: GatesSnapshot,
}

/// Gates at one moment: those that a call has asked for by now.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GatesSnapshot {
    /// The circuit breaker.
    pub circuit_breaker: Option<BreakerSnapshot>,
    /// The rate limit.
    pub rate_limit: Option<RateLimitSnapshot>,
    /// The retry budget.
    pub budget: Option<BudgetSnapshot>,
}

impl GatesSnapshot {
    pub(crate) fn of(service: &Service) -> Self {
        Self {
            circuit_breaker: service.breaker().map(CircuitBreaker::snapshot),
            rate_limit: service.rate_limit().map(RateLimit::snapshot),
            budget: service.budget().map(RetryBudget::snapshot),
        }
    }
}

impl OperationSnapshot {
    pub(crate) fn of(member: &Member) -> Self {
        let operation = member.operation();
        let mut gates = GatesSnapshot::of(operation.shared_with());
        gates.budget = operation.own_budget().or(gates.budget);
        Self {
            name: operation.name().to_owned(),
            service: operation.service_name().map(ToOwned::to_owned),
            tags: operation.labels().tags.to_vec(),
            is_function: matches!(member, Member::Function(_)),
            policy: *operation.policy_now(),
            is_overridden: operation.is_overridden(),
            without_effect: operation.notes(),
            gates,
        }
    }
}

impl ServiceSnapshot {
    /// The service, and behind it the parts for its keys.
    pub(crate) fn with_parts(service: &Service) -> Vec<Self> {
        let of = |service: &Service| Self {
            name: service.name().to_owned(),
            gates: GatesSnapshot::of(service),
        };
        let mut parts: Vec<_> = service.parts().iter().map(|part| of(part)).collect();
        parts.sort_by(|a, b| a.name.cmp(&b.name));
        std::iter::once(of(service)).chain(parts).collect()
    }
}
