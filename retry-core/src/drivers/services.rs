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
use crate::drivers::of_preset::OfPreset;
use crate::drivers::operations::overlay::{self, Refused, Said, Who};
use crate::drivers::parts::Part;
use crate::drivers::rate_limit::RateLimit;
use crate::drivers::sandbox;
use crate::drivers::trace;
use crate::values::breaker_policy::BreakerPolicy;
use crate::values::budget_policy::BudgetPolicy;
use crate::values::policy::RetryPolicy;
use crate::values::preset::Preset;
use crate::values::rate_limit_policy::RateLimitPolicy;

/// What a function asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) breaker: Option<BreakerPolicy>,
    pub(crate) budget: Option<BudgetPolicy>,
    pub(crate) rate_limit: Option<RateLimitPolicy>,
}

impl Wanted {
    pub(crate) const NOTHING: Self = Self { breaker: None, budget: None, rate_limit: None };

    pub(crate) fn with_policy(self, policy: RetryPolicy) -> Preset {
        let preset = Preset::new(policy).without_budget();
        let preset = self.budget.map_or(preset, |budget| preset.with_budget(budget));
        let preset = self.breaker.map_or(preset, |breaker| preset.with_circuit_breaker(breaker));
        self.rate_limit.map_or(preset, |limit| preset.with_rate_limit(limit))
    }
}

impl From<Preset> for Wanted {
    fn from(preset: Preset) -> Self {
        Self {
            breaker: preset.circuit_breaker(),
            budget: preset.budget(),
            rate_limit: preset.rate_limit(),
        }
    }
}

/// What calls go through together.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) gates: Gates,
    /// Who has them.
    service: Option<Arc<Service>>,
    /// What was asked for.
    wanted: Wanted,
}

impl Shared {
    /// Nothing: all may go, and nothing is drawn.
    pub(crate) const NONE: Self =
        Self { gates: Gates::NOTHING, service: None, wanted: Wanted::NOTHING };

    /// The same for a key.
    pub(crate) fn part(&self, key: Digest, text: impl FnOnce() -> String) -> Arc<Self> {
        Arc::new(match &self.service {
            Some(service) => return service.part(key, text).share(&self.wanted),
            None => Self::NONE,
        })
    }

    pub(crate) fn is_for(&self, wanted: &Wanted) -> bool {
        self.wanted == *wanted
    }

    pub(crate) fn budget(&self) -> Option<&BudgetCell> {
        self.wanted.budget?;
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

/// The gates of one service, or of one operation that names none.
#[derive(Debug)]
pub(crate) struct Service {
    /// As its gates are called: with the key, where it is the part for one.
    name: Arc<str>,
    known_as: KnownAs,
    breaker: OnceLock<Made<CircuitBreaker, BreakerPolicy>>,
    /// The budget that somebody has described, and the default one for as long as nobody has: who
    /// says nothing must not decide because it was called first.
    said_budget: OnceLock<Made<RetryBudget, BudgetPolicy>>,
    usual_budget: OnceLock<Made<RetryBudget, BudgetPolicy>>,
    rate_limit: OnceLock<Made<RateLimit, RateLimitPolicy>>,
    most_keys: OnceLock<usize>,
    keys: OnceLock<Keyed<Part>>,
}

/// A gate, and what the code says that it is made from: settings may say otherwise.
#[derive(Debug)]
struct Made<G, P> {
    gate: G,
    code: P,
}

/// Under which name settings speak of it.
#[derive(Clone, Debug)]
enum KnownAs {
    Service(Arc<str>),
    Operation(Arc<str>),
    /// What only its owner knows is only its owner's to set.
    Nothing,
}

static NAMED: LazyLock<Mutex<HashMap<Arc<str>, Arc<Service>>>> = LazyLock::new(Mutex::default);

impl Service {
    fn new(name: Arc<str>, known_as: KnownAs) -> Self {
        Self {
            name,
            known_as,
            breaker: OnceLock::new(),
            said_budget: OnceLock::new(),
            usual_budget: OnceLock::new(),
            rate_limit: OnceLock::new(),
            most_keys: OnceLock::new(),
            keys: OnceLock::new(),
        }
    }

    /// What one operation has for itself.
    pub(crate) fn of_operation(name: impl Into<Arc<str>>) -> Self {
        let name = name.into();
        Self::new(Arc::clone(&name), KnownAs::Operation(name))
    }

    /// What one handle has for itself.
    pub(crate) fn private() -> Self {
        Self::apart("")
    }

    /// The same, with a name that settings do not know.
    pub(crate) fn apart(name: &str) -> Self {
        Self::new(name.into(), KnownAs::Nothing)
    }

    /// The service of this name, which a test may have for itself.
    pub(crate) fn named(name: &str) -> Arc<Self> {
        if let Some(service) = sandbox::service(name) {
            return service;
        }
        Self::of_process(name)
    }

    /// The service of this name that the whole process shares.
    pub(crate) fn of_process(name: &str) -> Arc<Self> {
        let mut named = NAMED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(service) = named.get(name) {
            return Arc::clone(service);
        }
        let service = Arc::new(Self::with_name(name));
        named.insert(Arc::clone(&service.name), Arc::clone(&service));
        service
    }

    /// A service of this name that nobody else has.
    pub(crate) fn with_name(name: &str) -> Self {
        let name: Arc<str> = name.into();
        Self::new(Arc::clone(&name), KnownAs::Service(name))
    }

    /// The service of this name, if somebody has named it.
    pub(crate) fn find(name: &str) -> Option<Arc<Self>> {
        NAMED.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// All services that have a name.
    pub(crate) fn all() -> Vec<Arc<Self>> {
        NAMED.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// How many keys are kept apart.
    pub(crate) fn most_keys(&self) -> usize {
        *self.most_keys.get_or_init(|| Keyed::<Part>::MOST)
    }

    /// Sets how many keys are kept apart, unless that is settled.
    pub(crate) fn want_keys(&self, most: usize) {
        let has = *self.most_keys.get_or_init(|| most);
        self.compare("max_keys", &has, &most);
    }

    /// How many keys somebody wants to be kept apart.
    pub(crate) fn wanted_keys(&self) -> Option<usize> {
        self.most_keys.get().copied()
    }

    /// The part of the service that a key stands for.
    pub(crate) fn part(&self, key: Digest, text: impl FnOnce() -> String) -> Arc<Part> {
        let keys = self.keys.get_or_init(|| Keyed::new(self.most_keys()));
        keys.get_or_make(key, || {
            let name = format!("{}[{}]", self.name, text());
            Part::new(Self::new(name.into(), self.known_as.clone()))
        })
    }

    /// The parts that are kept.
    pub(crate) fn parts(&self) -> Vec<Arc<Self>> {
        let parts = self.keys.get().map(Keyed::values).unwrap_or_default();
        parts.iter().map(|part| Arc::clone(part.service())).collect()
    }

    /// What an operation that asks for this gets.
    pub(crate) fn share(self: &Arc<Self>, wanted: Wanted) -> Shared {
        let mut gates = Gates::default();
        if let Some(policy) = wanted.breaker {
            let made = self.made(&self.breaker, policy, |of, policy| {
                let breaker = CircuitBreaker::new(of.circuit_breaker().unwrap_or(policy));
                self.call(breaker, CircuitBreaker::with_name)
            });
            self.compare("circuit_breaker", &made.code, &policy);
            gates.put(Place::CircuitBreaker, Arc::new(made.gate.clone()));
        }
        if let Some(policy) = wanted.rate_limit {
            let made = self.made(&self.rate_limit, policy, |of, policy| {
                let limit = RateLimit::new(of.rate_limit().unwrap_or(policy));
                self.call(limit, RateLimit::with_name)
            });
            self.compare("rate_limit", &made.code, &policy);
            gates.put(Place::RateLimit, Arc::new(made.gate.clone()));
        }
        if let Some(policy) = wanted.budget {
            self.want_budget(policy);
        }
        Shared { gates, service: Some(Arc::clone(self)), wanted }
    }

    /// Sees to it that there is a budget; the default is no wish for one of its kind.
    pub(crate) fn want_budget(&self, policy: BudgetPolicy) {
        let make = |of: &Preset, policy| {
            self.call(RetryBudget::new(of.budget().unwrap_or(policy)), RetryBudget::with_name)
        };
        if policy == BudgetPolicy::new() {
            self.made(&self.usual_budget, policy, make);
        } else {
            let budget = self.made(&self.said_budget, policy, make);
            self.compare("budget", &budget.code, &policy);
        }
    }

    /// The budget of the service, once somebody wanted one.
    pub(crate) fn budget(&self) -> Option<&RetryBudget> {
        self.said_budget.get().or_else(|| self.usual_budget.get()).map(|made| &made.gate)
    }

    /// The breaker, once somebody wanted one.
    pub(crate) fn breaker(&self) -> Option<&CircuitBreaker> {
        self.breaker.get().map(|made| &made.gate)
    }

    /// The rate limit, once somebody wanted one.
    pub(crate) fn rate_limit(&self) -> Option<&RateLimit> {
        self.rate_limit.get().map(|made| &made.gate)
    }

    fn call<G>(&self, gate: G, with_name: fn(G, Arc<str>) -> G) -> G {
        if self.name.is_empty() { gate } else { with_name(gate, Arc::clone(&self.name)) }
    }

    /// A gate, made where there is none yet: from what the code says, with what the settings in
    /// force say over it.
    fn made<'m, G, P>(
        &self,
        made: &'m OnceLock<Made<G, P>>,
        code: P,
        build: impl FnOnce(&Preset, P) -> G,
    ) -> &'m Made<G, P>
    where
        P: Copy + OfPreset,
    {
        if let Some(made) = made.get() {
            return made;
        }
        let _turn = overlay::turn();
        made.get_or_init(|| {
            let base = code.put(&Self::NOTHING);
            // What contradicts the code was said when its operation was asked about.
            let of = self.resolve(&*overlay::present(), &base).unwrap_or(base);
            Made { gate: build(&of, code), code }
        })
    }

    const NOTHING: Preset = Preset::new(RetryPolicy::new()).without_budget();

    /// What settings make of gates.
    fn resolve(&self, said: &Said, base: &Preset) -> Result<Preset, Refused> {
        let who = match &self.known_as {
            KnownAs::Service(name) => Who { service: Some(name), name: None },
            KnownAs::Operation(name) => Who { name: Some(name), service: None },
            KnownAs::Nothing => return Ok(*base),
        };
        said.gates(who, base)
    }

    fn compare<P: Debug + PartialEq>(&self, gate: &'static str, has: &P, wanted: &P) {
        if has != wanted {
            trace::conflict(&self.name, gate, (has, wanted));
        }
    }
}

/// Settings that change.
#[cfg(feature = "serde")]
impl Service {
    /// What the code says of its gates, as far as there are any.
    fn code(&self) -> Preset {
        let budget = self.said_budget.get().or_else(|| self.usual_budget.get());
        let preset = budget.map_or(Self::NOTHING, |made| made.code.put(&Self::NOTHING));
        let preset = self.breaker.get().map_or(preset, |made| made.code.put(&preset));
        self.rate_limit.get().map_or(preset, |made| made.code.put(&preset))
    }

    /// Whether these settings go together with what the code says of its gates.
    pub(crate) fn check(&self, said: &Said) -> Result<(), Refused> {
        self.resolve(said, &self.code()).map(|_| ())
    }

    /// Gives its gates, and those of its keys, what these settings make of them.
    pub(crate) fn adopt(&self, said: &Said) {
        let code = self.code();
        let now = self.resolve(said, &code).unwrap_or(code);
        if let Some((made, policy)) = self.breaker.get().zip(now.circuit_breaker()) {
            made.gate.set_policy(policy);
        }
        if let Some((made, policy)) = self.rate_limit.get().zip(now.rate_limit()) {
            made.gate.set_policy(policy);
        }
        if let Some((budget, policy)) = self.budget().zip(now.budget()) {
            budget.set_policy(policy);
        }
        for part in self.parts() {
            part.adopt(said);
        }
    }
}
