//! What stands before the attempts of a handle, and what its retries are drawn from.

use std::borrow::Cow;
use std::fmt::Display;
use std::hash::Hash;
use std::sync::Arc;

use crate::drivers::breaker::CircuitBreaker;
use crate::drivers::budget::RetryBudget;
use crate::drivers::gates::{Gates, Place};
use crate::drivers::keyed::Digest;
use crate::drivers::operations::gating::Hand;
use crate::drivers::operations::operation::Operation;
use crate::drivers::rate_limit::RateLimit;
use crate::drivers::retry::in_force::Given;
use crate::drivers::retry::named::Named;
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
        let wanted = Wanted::from(preset);
        let shares = Arc::new(Service::private());
        let gates = Some(shares.share(wanted).gates.into());
        let budget =
            if wanted.budget.is_some() { HandleBudget::Shared } else { HandleBudget::None };
        let (preset, policy) = (Some(wanted.into()), preset.policy());
        Self { gates, budget, shares, preset, ..Self::new(policy) }
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
        if let Some(keys) = self.shares.wanted_keys().filter(|_| self.service.is_none()) {
            service.want_keys(keys);
        }
        let mut retry = self.sharing(service);
        // Settings know a handle of the registry by the service that it had.
        retry.given.gates |= retry.operation.is_some();
        retry.given.budget |= retry.operation.is_some();
        let named = retry.name.as_deref().map(Named::elsewhere);
        Self { service: Some(name), name: named, part: None, ..retry }
    }

    /// With the budget, and the gates that a preset named, of this service.
    fn sharing(self, service: Arc<Service>) -> Self {
        let shared = service.share(self.wanted());
        self.through(&shared.gates, service)
    }

    /// What it asks a service for.
    fn wanted(&self) -> Wanted {
        let wanted = self.preset.as_deref().copied().unwrap_or(Wanted::NOTHING);
        let budget = match self.budget {
            HandleBudget::Shared => Some(wanted.budget.unwrap_or_default()),
            HandleBudget::Given(_) | HandleBudget::None => None,
        };
        Wanted { budget, ..wanted }
    }

    fn through(mut self, gates: &Gates, service: Arc<Service>) -> Self {
        if !gates.is_empty() {
            Arc::make_mut(self.gates.get_or_insert_default()).put_all(gates.clone());
        }
        Self { shares: service, ..self }
    }

    /// With gates and a budget of their own for this key, such as a host or a tenant: one that is
    /// bad must not close the way to the others. Those are the gates that a preset named, and the
    /// budget unless one was given; what was given by hand stays. Handles and functions of one
    /// service that name the same key share them. Settings reach them as they reach those of the
    /// service: a handle of the [registry](crate::RetryRegistry) has the gates for its keys that
    /// settings name.
    ///
    /// How many keys are kept apart is [bounded](Self::with_max_keys): the one that was asked for
    /// least recently makes room, and begins anew when it comes back.
    ///
    /// Cheap enough for every call: two hashes, a look into a map, and a copy of the handle.
    ///
    /// ```
    /// use retry_core::{Retry, RetryError, presets};
    /// # async fn get(_: &str) -> std::io::Result<String> { Ok(String::new()) }
    ///
    /// async fn fetch(retry: &Retry, host: &str) -> Result<String, RetryError<std::io::Error>> {
    ///     retry.for_key(host).run(|| get(host)).await
    /// }
    ///
    /// let retry = Retry::from_preset(presets::HTTP).with_service("crawler");
    /// ```
    #[must_use]
    pub fn for_key<K: Hash + Display + ?Sized>(&self, key: &K) -> Self
    where
        C: Clone,
    {
        let part = self.shares.part(Digest::of(key), || key.to_string());
        // What there is for it is with the part: a call makes none, and is told of no conflict anew.
        let shared = part.share(&self.wanted());
        let retry = self.clone().through(&shared.gates, Arc::clone(part.service()));
        Self { part: Some(part), ..retry }
    }

    /// With this many [keys](Self::for_key) kept apart, 1024 where nobody says. The first that says
    /// so for a service, or calls it with a key, decides for all; who says something else afterwards
    /// is told by a warning.
    ///
    /// A key costs 2.8 kB with the gates of [`STANDARD`](crate::presets::STANDARD), and 2 kB with a
    /// budget alone. The number is rounded up to a multiple of 16.
    #[must_use]
    pub fn with_max_keys(self, keys: usize) -> Self {
        self.shares.want_keys(keys);
        self
    }

    /// The handle as the registry keeps it under a name, and what settings know it as. `own` is
    /// what it has for itself where it names no service.
    pub(crate) fn into_operation(self, name: &str, own: Service) -> (Self, Arc<Operation>) {
        // What a handle says for itself is the code that settings lie over; a predicate stays one.
        let given = Given { unknown_retried: self.given.unknown_retried, ..Given::default() };
        let name_of = Some(Named::new(name.to_owned()));
        let mut retry = Self { name: name_of, operation: None, given, ..self };
        if retry.service.is_none() {
            if let Some(keys) = retry.shares.wanted_keys() {
                own.want_keys(keys);
            }
            retry = retry.sharing(Arc::new(own));
        }
        let wanted = retry.wanted();
        let preset = wanted.with_policy(retry.policy);
        let mut gates = retry.gates.as_deref().cloned().unwrap_or_default();
        if wanted.breaker.is_some() {
            gates.remove(Place::CircuitBreaker);
        }
        if wanted.rate_limit.is_some() {
            gates.remove(Place::RateLimit);
        }
        let hand = Hand { gates, budget: matches!(retry.budget, HandleBudget::Given(_)) };
        let service = retry.service.as_deref().map(|service| Cow::Owned(service.to_owned()));
        let operation = Operation::new(retry.policy, Cow::Owned(name.to_owned()), service)
            .with_preset(&preset)
            .with_tags(retry.tags.to_vec())
            .of_handle(Arc::clone(&retry.shares), hand);
        let operation = Arc::new(operation);
        retry.operation = Some(Arc::clone(&operation));
        (retry, operation)
    }

    /// The same, which settings do not reach.
    pub(crate) fn apart(self) -> Self {
        Self { operation: None, ..self }
    }

    /// With this budget for its retries, in place of its own or its service's, whichever of the
    /// two setters comes first.
    ///
    /// A failure that the budget has no token for ends the call with its own error and
    /// [`StopReason::Budget`](crate::StopReason::Budget).
    #[must_use]
    pub fn with_budget(self, budget: RetryBudget) -> Self {
        self.drawing_on(HandleBudget::Given(budget))
    }

    /// With retries that nothing but the policy bounds, and the budget of the process where one is
    /// set: for a call that nobody else makes.
    #[must_use]
    pub fn without_budget(self) -> Self {
        self.drawing_on(HandleBudget::None)
    }

    fn drawing_on(self, budget: HandleBudget) -> Self {
        Self { budget, given: Given { budget: true, ..self.given }, ..self }
    }

    /// The budget that its retries are drawn from.
    #[must_use]
    pub fn budget(&self) -> Option<&RetryBudget> {
        match &self.budget {
            HandleBudget::Given(budget) => Some(budget),
            HandleBudget::Shared => self.shares.budget(),
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
        self.given.gates = true;
        self
    }
}
