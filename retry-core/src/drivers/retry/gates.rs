//! What stands before the attempts of a handle, and what its retries are drawn from.

use std::borrow::Cow;
use std::sync::Arc;

use crate::drivers::breaker::CircuitBreaker;
use crate::drivers::budget::RetryBudget;
use crate::drivers::gates::{Gates, Place};
use crate::drivers::rate_limit::RateLimit;
use crate::drivers::retry::{HandleBudget, Retry};
use crate::drivers::services::{Service, Wanted};
use crate::drivers::throttle::Throttle;
use crate::seams::gate::Gate;
use crate::values::preset::Preset;

impl Retry {
    /// A handle with the gates that a preset names. Together with
    /// [`with_service`](Self::with_service) they are those of the service, under its name; without,
    /// they are made anew, and shared by the clones of the handle alone.
    ///
    /// To watch a breaker, give the handle one of your own:
    ///
    /// ```
    /// use retry_core::{CircuitBreaker, Retry, presets};
    ///
    /// let policy = presets::STANDARD.circuit_breaker().expect("the preset has one");
    /// let breaker = CircuitBreaker::new(policy).with_name("inventory");
    /// let retry = Retry::from_preset(presets::STANDARD).with_circuit_breaker(breaker.clone());
    /// assert_eq!(breaker.snapshot().name(), Some("inventory"));
    /// ```
    #[must_use]
    pub fn from_preset(preset: Preset) -> Self {
        let budget = match preset.budget() {
            Some(policy) => HandleBudget::Default(RetryBudget::new(policy)),
            None => HandleBudget::None,
        };
        let mut gates = Gates::default();
        if let Some(policy) = preset.circuit_breaker() {
            gates.put(Place::CircuitBreaker, Arc::new(CircuitBreaker::new(policy)));
        }
        if let Some(policy) = preset.rate_limit() {
            gates.put(Place::RateLimit, Arc::new(RateLimit::new(policy)));
        }
        let wanted = Wanted {
            breaker: preset.circuit_breaker(),
            budget: preset.budget(),
            rate_limit: preset.rate_limit(),
        };
        let (gates, preset, policy) = (Some(gates.into()), Some(wanted.into()), preset.policy());
        Self { gates, budget, preset, ..Self::new(policy) }
    }
}

/// # Gates and budget
///
/// Each returns a changed copy.
impl<C> Retry<C> {
    /// With this service: what the calls of the handle go to. It stands in events, and all that
    /// call it, handles and functions, draw their retries from one budget, unless the handle is
    /// given another. The gates that a preset named are from here on those of the service, which
    /// functions with the same `service` go through too; what was given by hand stays.
    #[must_use]
    pub fn with_service(self, service: impl Into<Cow<'static, str>>) -> Self {
        let name: Arc<str> = service.into().into();
        let service = Service::named(&name);
        let mut retry = self;
        let wanted = retry.preset.as_deref().copied();
        if matches!(retry.budget, HandleBudget::Default(_) | HandleBudget::OfService(_)) {
            let policy = wanted.and_then(|wanted| wanted.budget).unwrap_or_default();
            service.want_budget(policy);
            retry.budget = HandleBudget::OfService(Arc::clone(&service));
        }
        if let Some(wanted) = wanted {
            let shared = service.share(Wanted { budget: None, ..wanted });
            Arc::make_mut(retry.gates.get_or_insert_default()).put_all(shared.gates);
        }
        Self { service: Some(name), ..retry }
    }

    /// With this budget for its retries, in place of its own or its service's, whichever of the
    /// two setters comes first.
    ///
    /// A failure that the budget has no token for ends the call with its own error and
    /// [`StopReason::Budget`](crate::StopReason::Budget).
    #[must_use]
    pub fn with_budget(self, budget: RetryBudget) -> Self {
        Self { budget: HandleBudget::Given(budget), ..self }
    }

    /// With retries that nothing but the policy bounds, and the budget of the process where one is
    /// set: for a call that nobody else makes.
    #[must_use]
    pub fn without_budget(self) -> Self {
        Self { budget: HandleBudget::None, ..self }
    }

    /// The budget that its retries are drawn from.
    #[must_use]
    pub fn budget(&self) -> Option<&RetryBudget> {
        match &self.budget {
            HandleBudget::Default(budget) | HandleBudget::Given(budget) => Some(budget),
            HandleBudget::OfService(service) => service.budget(),
            HandleBudget::None => None,
        }
    }

    /// With this throttle before every attempt, in place of one given before.
    ///
    /// A call that it rejects ends with [`StopReason::Throttled`](crate::StopReason::Throttled).
    #[must_use]
    pub fn with_throttle(self, throttle: Throttle) -> Self {
        self.put(Place::Throttle, Arc::new(throttle))
    }

    /// With this rate limit before every attempt, in place of one given before: off until the first
    /// [`ErrorKind::RateLimit`](crate::ErrorKind::RateLimit), from then on all that have it are held
    /// to what the other side takes, and to the wait that it asks for.
    ///
    /// A call whose turn would come after its deadline ends with
    /// [`StopReason::Throttled`](crate::StopReason::Throttled).
    #[must_use]
    pub fn with_rate_limit(mut self, limit: RateLimit) -> Self {
        self.replace(|preset| preset.rate_limit = None);
        self.put(Place::RateLimit, Arc::new(limit))
    }

    /// With this circuit breaker, which every handle that is to share it is given too. In place of
    /// one given before.
    ///
    /// A call that it refuses ends with [`StopReason::CircuitOpen`](crate::StopReason::CircuitOpen).
    #[must_use]
    pub fn with_circuit_breaker(mut self, breaker: CircuitBreaker) -> Self {
        self.replace(|preset| preset.breaker = None);
        self.put(Place::CircuitBreaker, Arc::new(breaker))
    }

    /// With a gate of the application's own before each attempt. It is asked after a throttle and a
    /// rate limit, before a circuit breaker, and after the gates of this sort given before.
    #[must_use]
    pub fn with_gate(self, gate: impl Gate + 'static) -> Self {
        self.put(Place::Custom, Arc::new(gate))
    }

    /// What is given by hand is no longer the preset's.
    fn replace(&mut self, change: impl FnOnce(&mut Wanted)) {
        if let Some(preset) = &mut self.preset {
            change(Arc::make_mut(preset));
        }
    }

    pub(super) fn put(mut self, place: Place, gate: Arc<dyn Gate>) -> Self {
        Arc::make_mut(self.gates.get_or_insert_default()).put(place, gate);
        self
    }
}
