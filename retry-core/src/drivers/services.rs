//! What the calls to one service share.
//!
//! A service is known by its name in the whole process: two functions with
//! `service = "billing"` draw on one budget, and go through one breaker where both ask for one. What
//! a gate is made from is said by the first that asks; another that says something else is told so.

use std::collections::HashMap;
use std::fmt::Debug;
use std::ops::Deref;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use crate::drivers::breaker::CircuitBreaker;
use crate::drivers::budget::{BudgetCell, RetryBudget};
use crate::drivers::budgets::Budgets;
use crate::drivers::gates::{Gates, Place};
use crate::drivers::keyed::{Digest, Keyed};
use crate::drivers::rate_limit::RateLimit;
use crate::drivers::trace;
use crate::values::breaker_policy::BreakerPolicy;
use crate::values::budget_policy::BudgetPolicy;
use crate::values::rate_limit_policy::RateLimitPolicy;

/// What a function asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) breaker: Option<BreakerPolicy>,
    pub(crate) budget: Option<BudgetPolicy>,
    pub(crate) rate_limit: Option<RateLimitPolicy>,
}

/// What calls go through together.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) gates: Gates,
    /// Who has the budget.
    service: Option<Arc<Service>>,
}

impl Shared {
    pub(crate) fn budget(&self) -> Option<&BudgetCell> {
        self.service.as_ref()?.budget().map(RetryBudget::cell)
    }

    pub(crate) fn budgets(&self) -> Budgets<'_> {
        Budgets::new(self.budget())
    }
}

/// A reference that costs nothing where there is one set of gates for the whole process.
#[derive(Clone, Debug)]
pub(crate) enum SharedRef {
    Static(&'static Shared),
    Counted(Arc<Shared>),
}

impl Deref for SharedRef {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        match self {
            Self::Static(shared) => shared,
            Self::Counted(shared) => shared,
        }
    }
}

/// The gates of one service, or of one function that names none.
#[derive(Debug)]
pub(crate) struct Service {
    name: Arc<str>,
    breaker: OnceLock<CircuitBreaker>,
    /// The budget that somebody has described, and the default one for as long as nobody has: who
    /// says nothing must not decide because it was called first.
    said_budget: OnceLock<RetryBudget>,
    usual_budget: OnceLock<RetryBudget>,
    rate_limit: OnceLock<RateLimit>,
    keys: OnceLock<Keyed<Self>>,
}

impl Service {
    pub(crate) fn new(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            breaker: OnceLock::new(),
            said_budget: OnceLock::new(),
            usual_budget: OnceLock::new(),
            rate_limit: OnceLock::new(),
            keys: OnceLock::new(),
        }
    }

    /// The service of this name.
    pub(crate) fn named(name: &str) -> Arc<Self> {
        static NAMED: LazyLock<Mutex<HashMap<Arc<str>, Arc<Service>>>> =
            LazyLock::new(Mutex::default);
        let mut named = NAMED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(service) = named.get(name) {
            return Arc::clone(service);
        }
        let service = Arc::new(Self::new(name));
        named.insert(Arc::clone(&service.name), Arc::clone(&service));
        service
    }

    /// The part of the service that a key stands for.
    pub(crate) fn part(&self, key: Digest, text: impl FnOnce() -> String) -> Arc<Self> {
        let keys = self.keys.get_or_init(|| Keyed::new(Keyed::<Self>::MOST));
        keys.get_or_make(key, || Self::new(format!("{}[{}]", self.name, text())))
    }

    /// What a function that asks for this gets.
    pub(crate) fn share(self: &Arc<Self>, wanted: Wanted) -> Shared {
        let mut gates = Gates::default();
        if let Some(policy) = wanted.breaker {
            let make = || CircuitBreaker::new(policy).with_name(Arc::clone(&self.name));
            let breaker = self.breaker.get_or_init(make);
            self.compare("circuit_breaker", &breaker.policy(), &policy);
            gates.put(Place::CircuitBreaker, Arc::new(breaker.clone()));
        }
        if let Some(policy) = wanted.rate_limit {
            let make = || RateLimit::new(policy).with_name(Arc::clone(&self.name));
            let limit = self.rate_limit.get_or_init(make);
            self.compare("rate_limit", &limit.policy(), &policy);
            gates.put(Place::RateLimit, Arc::new(limit.clone()));
        }
        let service = wanted.budget.map(|policy| {
            self.want_budget(policy);
            Arc::clone(self)
        });
        Shared { gates, service }
    }

    /// Sees to it that there is a budget; the default is no wish for one of its kind.
    pub(crate) fn want_budget(&self, policy: BudgetPolicy) {
        let make = || RetryBudget::new(policy).with_name(Arc::clone(&self.name));
        if policy == BudgetPolicy::new() {
            self.usual_budget.get_or_init(make);
        } else {
            let budget = self.said_budget.get_or_init(make);
            self.compare("budget", &budget.policy(), &policy);
        }
    }

    /// The budget of the service, once somebody wanted one.
    pub(crate) fn budget(&self) -> Option<&RetryBudget> {
        self.said_budget.get().or_else(|| self.usual_budget.get())
    }

    fn compare<P: Debug + PartialEq>(&self, gate: &'static str, has: &P, wanted: &P) {
        if has != wanted {
            trace::conflict(&self.name, gate, (has, wanted));
        }
    }
}
