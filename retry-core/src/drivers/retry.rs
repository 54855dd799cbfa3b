//! The handle: a policy with what it needs to run calls.
//!
//! A [`Retry`] is made once, stored, and cloned freely. Every setter returns a changed copy, so a
//! single call can have its own deadline without touching the others.
//!
//! ```
//! use std::io;
//! use std::time::Duration;
//! use retry_core::{PolicyError, Retry, RetryError, RetryPolicy};
//!
//! const POLICY: RetryPolicy = RetryPolicy::new().with_max_attempts(5);
//!
//! # async fn read(_: u32) -> io::Result<Vec<u8>> { Ok(vec![]) }
//! async fn fetch(retry: &Retry) -> Result<Vec<u8>, RetryError<io::Error>> {
//!     retry.run(async || read(7).await).await
//! }
//!
//! let retry = Retry::new(POLICY).with_name("inventory::read").with_service("inventory");
//! let urgent = retry.clone().with_timeout(Duration::from_millis(50))?;
//! # Ok::<_, PolicyError>(())
//! ```

use std::borrow::Cow;
use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::drivers::attempts::Attempts;
use crate::drivers::blocking::BlockingAttempts;
use crate::drivers::breaker::CircuitBreaker;
use crate::drivers::budget::RetryBudget;
use crate::drivers::budgets::Budgets;
use crate::drivers::call::{Labels, Terms};
use crate::drivers::gates::{Gates, Place};
use crate::drivers::rate_limit::RateLimit;
use crate::drivers::seeds::Seeds;
use crate::drivers::services::{Service, Wanted};
use crate::drivers::throttle::Throttle;
use crate::seams::classify::{ByClassify, Classifier, ClassifyWith, RetryAll, RetryIf};
use crate::seams::clock::{Clock, ThreadClock, TokioClock};
use crate::seams::gate::Gate;
use crate::values::attempt::Attempt;
use crate::values::error::RetryError;
use crate::values::event::Report;
use crate::values::kind::{ErrorKind, Verdict};
use crate::values::policy::RetryPolicy;
use crate::values::policy_error::PolicyError;
use crate::values::preset::Preset;

/// A policy, ready to run calls.
///
/// `C` decides what is worth retrying: by default the error says so itself, through
/// [`Classify`](crate::Classify). Cloning copies the policy and counts a few references up: a handle
/// is made once, stored, and cloned freely. What it has of gates and budget is shared by its clones.
///
/// ```
/// use std::io;
/// use std::time::Duration;
/// use retry_core::{Retry, RetryError, RetryPolicy};
///
/// const POLICY: RetryPolicy = RetryPolicy::new().with_max_attempts(5);
///
/// async fn fetch(retry: &Retry, path: &str) -> Result<Vec<u8>, RetryError<io::Error>> {
///     retry.run(|| tokio::fs::read(path)).await
/// }
///
/// let retry = Retry::new(POLICY).with_name("inventory::read").with_service("inventory");
/// let urgent = retry.clone().with_timeout(Duration::from_millis(50))?;
/// # Ok::<_, retry_core::PolicyError>(())
/// ```
#[doc(alias = "RetryManager")]
#[derive(Clone, Debug)]
pub struct Retry<C = ByClassify> {
    policy: RetryPolicy,
    name: Option<Arc<str>>,
    service: Option<Arc<str>>,
    clock: Option<Arc<dyn Clock>>,
    token: Option<CancellationToken>,
    deadline: Option<Instant>,
    seeds: Seeds,
    gates: Option<Arc<Gates>>,
    budget: HandleBudget,
    /// What a preset named, and nobody has replaced: shared with the service, once it has one.
    preset: Option<Arc<Wanted>>,
    classifier: C,
}

/// Which budget a handle draws on.
#[derive(Clone, Debug)]
enum HandleBudget {
    /// Its own: nobody has said.
    Default(RetryBudget),
    OfService(Arc<Service>),
    Given(RetryBudget),
    None,
}

impl Retry {
    /// A handle that asks each error whether it is worth retrying.
    #[must_use]
    pub fn new(policy: RetryPolicy) -> Self {
        Self {
            policy,
            name: None,
            service: None,
            clock: None,
            token: None,
            deadline: None,
            seeds: Seeds::Process,
            gates: None,
            budget: HandleBudget::Default(RetryBudget::default()),
            preset: None,
            classifier: ByClassify,
        }
    }
}

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

/// # What is worth retrying
impl<C> Retry<C> {
    /// Retries every error, of any type, also where the policy retries few kinds, as with
    /// [`retry_if`](Self::retry_if).
    #[must_use]
    pub fn retry_all(self) -> Retry<RetryAll> {
        self.with_unknown_retried().with_classifier(RetryAll)
    }

    /// Retries the errors for which `predicate` holds, and no others.
    ///
    /// A predicate names no kind, so these are [unknown](crate::ErrorKind::Unknown): a kind that
    /// the policy, where it [retries](RetryPolicy::retried) few, retries from here on as well. A
    /// policy that is given afterwards replaces that too.
    ///
    /// ```
    /// use std::io;
    /// use retry_core::{Retry, RetryPolicy};
    ///
    /// let retry = Retry::new(RetryPolicy::new())
    ///     .retry_if(|error: &io::Error| error.kind() != io::ErrorKind::NotFound);
    /// let result = retry.run_blocking(|| std::fs::read("/no/such/file"));
    /// assert_eq!(result.unwrap_err().attempts(), 1);
    /// ```
    #[must_use]
    pub fn retry_if<E, P: Fn(&E) -> bool>(self, predicate: P) -> Retry<RetryIf<P>> {
        self.with_unknown_retried().with_classifier(RetryIf(predicate))
    }

    /// Or a policy of few kinds would never retry what a predicate wants retried.
    fn with_unknown_retried(self) -> Self {
        let policy = self.policy.with_retried(self.policy.retried().with(ErrorKind::Unknown));
        self.with_policy(policy)
    }

    /// Asks `verdict` about every error. What it would retry is retried where its kind is among
    /// those of the [policy](RetryPolicy::retried).
    #[must_use]
    pub fn classify_with<E, V>(self, verdict: V) -> Retry<ClassifyWith<V>>
    where
        V: Fn(&E, &Attempt) -> Verdict,
    {
        self.with_classifier(ClassifyWith(verdict))
    }

    /// Asks `classifier` about every error, as [`classify_with`](Self::classify_with) does.
    #[must_use]
    pub fn with_classifier<D>(self, classifier: D) -> Retry<D> {
        let Self { policy, name, service, clock, token, .. } = self;
        let Self { deadline, seeds, gates, budget, preset, .. } = self;
        Retry {
            policy,
            name,
            service,
            clock,
            token,
            deadline,
            seeds,
            gates,
            budget,
            preset,
            classifier,
        }
    }
}

/// # Settings
///
/// Each returns a changed copy.
impl<C> Retry<C> {
    /// With this policy.
    #[must_use]
    pub fn with_policy(self, policy: RetryPolicy) -> Self {
        Self { policy, ..self }
    }

    /// With this many attempts in place of the policy's, the first included.
    ///
    /// ```
    /// use retry_core::{Retry, presets};
    ///
    /// let inventory = Retry::from_preset(presets::STANDARD).with_service("inventory");
    /// // Somebody waits for this one. It goes through the same gates.
    /// let once = inventory.clone().with_max_attempts(1)?;
    /// # Ok::<_, retry_core::PolicyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When `attempts` is zero.
    pub fn with_max_attempts(self, attempts: u32) -> Result<Self, PolicyError> {
        let policy = self.policy.to_builder().max_attempts(attempts).build()?;
        Ok(self.with_policy(policy))
    }

    /// With this limit on the whole call in place of the policy's.
    ///
    /// # Errors
    ///
    /// When `timeout` is zero or below the policy's attempt timeout.
    pub fn with_timeout(self, timeout: Duration) -> Result<Self, PolicyError> {
        let policy = self.policy.to_builder().timeout(timeout).build()?;
        Ok(self.with_policy(policy))
    }

    /// With this end for every call: no attempt starts after it, and one that runs is cut. Where
    /// the policy has a timeout as well, the earlier of the two counts.
    #[must_use]
    pub fn with_deadline(self, deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// With this token: when it is triggered, calls end at once, in an attempt or in a wait.
    #[must_use]
    pub fn with_cancellation(self, token: CancellationToken) -> Self {
        Self { token: Some(token), ..self }
    }

    /// With this name in events.
    #[must_use]
    pub fn with_name(self, name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: Some(name.into().into()), ..self }
    }

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

    /// With this clock in place of tokio's timer and the operating system's.
    #[must_use]
    pub fn with_clock(self, clock: impl Clock + 'static) -> Self {
        Self { clock: Some(Arc::new(clock)), ..self }
    }

    /// With a random stream that is the same in every run: the calls of the handle and its clones
    /// get the same delays in the same order, each call other ones.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seeds: Seeds::fixed(seed), ..self }
    }

    /// With this rate limit before every attempt, in place of one given before: off until the first
    /// [`ErrorKind::RateLimit`], from then on all that have it are held
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

    fn put(mut self, place: Place, gate: Arc<dyn Gate>) -> Self {
        Arc::make_mut(self.gates.get_or_insert_default()).put(place, gate);
        self
    }

    /// The policy.
    #[must_use]
    pub const fn policy(&self) -> &RetryPolicy {
        &self.policy
    }

    pub(crate) fn labels(&self) -> Labels<'_> {
        Labels { name: self.name.as_deref(), service: self.service.as_deref() }
    }

    pub(crate) fn terms<'a>(&'a self, clock: &'a dyn Clock) -> Terms<'a> {
        Terms {
            policy: &self.policy,
            labels: self.labels(),
            seeds: &self.seeds,
            deadline: self.deadline,
            gates: self.gates(),
            budgets: Budgets::new(self.budget().map(RetryBudget::cell)),
            clock,
        }
    }

    pub(crate) fn gates(&self) -> &Gates {
        self.gates.as_deref().unwrap_or(Gates::NONE)
    }

    pub(crate) const fn token(&self) -> Option<&CancellationToken> {
        self.token.as_ref()
    }

    pub(crate) const fn custom_clock(&self) -> Option<&Arc<dyn Clock>> {
        self.clock.as_ref()
    }

    pub(crate) const fn classifier(&self) -> &C {
        &self.classifier
    }
}

/// # Calls
impl<C> Retry<C> {
    /// Calls `operation` until it succeeds or the policy says stop.
    ///
    /// `operation` makes a new future for each attempt, after the delay. For an operation that
    /// borrows something mutably from attempt to attempt, use [`attempts`](Self::attempts).
    ///
    /// # Errors
    ///
    /// A [`RetryError`] with the newest error of the operation, why there is no further attempt,
    /// how many were made and how long it took.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the call; a running attempt is dropped with it.
    ///
    /// # Panics
    ///
    /// A panic in `operation` is a failure and propagates.
    pub async fn run<T, E, F, Fut>(&self, operation: F) -> Result<T, RetryError<E>>
    where
        C: Classifier<E>,
        E: Display,
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        self.attempts().drive(operation).await
    }

    /// [`run`](Self::run) with an answer of last resort: what `fallback` makes of the error when
    /// the call was refused or has given up.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use std::io;
    /// use retry_core::{Retry, RetryPolicy};
    ///
    /// let retry = Retry::new(RetryPolicy::new().with_max_attempts(1));
    /// let load = async || Err::<&str, _>(io::Error::from(io::ErrorKind::ConnectionRefused));
    /// let page = retry.run_or(load, async |_| Ok("the page of yesterday")).await;
    /// assert_eq!(page.unwrap(), "the page of yesterday");
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `fallback`. It is not retried, and no gate stands before it.
    pub async fn run_or<T, E, F, Fut, G, Answer>(
        &self,
        operation: F,
        fallback: G,
    ) -> Result<T, RetryError<E>>
    where
        C: Classifier<E>,
        E: Display,
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
        G: FnOnce(RetryError<E>) -> Answer,
        Answer: Future<Output = Result<T, RetryError<E>>>,
    {
        match self.run(operation).await {
            Ok(value) => Ok(value),
            Err(error) => fallback(error).await,
        }
    }

    /// [`run`](Self::run) with a report of how the call went, also when it went well.
    pub async fn run_with_report<T, E, F, Fut>(
        &self,
        operation: F,
    ) -> (Result<T, RetryError<E>>, Report)
    where
        C: Classifier<E>,
        E: Display,
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let mut attempts = self.attempts();
        let result = attempts.drive(operation).await;
        (result, attempts.report())
    }

    /// The open loop: the caller makes each attempt, with whatever it can borrow.
    ///
    /// See [`Attempts`].
    pub fn attempts<E>(&self) -> Attempts<'_, E, C> {
        let clock = self.clock.as_ref().map_or(&TokioClock as &dyn Clock, |clock| &**clock);
        Attempts::start(self, clock)
    }

    /// [`run`](Self::run) for code that blocks its thread: delays block it too.
    ///
    /// A thread cannot be cut while it runs: the total timeout and the deadline end the call
    /// between attempts, and an attempt timeout has no effect. A cancellation token ends a wait
    /// at once.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn run_blocking<T, E, F>(&self, operation: F) -> Result<T, RetryError<E>>
    where
        C: Classifier<E>,
        E: Display,
        F: FnMut() -> Result<T, E>,
    {
        self.attempts_blocking().drive(operation)
    }

    /// [`run_blocking`](Self::run_blocking) with a report of how the call went.
    pub fn run_blocking_with_report<T, E, F>(
        &self,
        operation: F,
    ) -> (Result<T, RetryError<E>>, Report)
    where
        C: Classifier<E>,
        E: Display,
        F: FnMut() -> Result<T, E>,
    {
        let mut attempts = self.attempts_blocking();
        let result = attempts.drive(operation);
        (result, attempts.report())
    }

    /// The open loop for code that blocks its thread.
    pub fn attempts_blocking<E>(&self) -> BlockingAttempts<'_, E, C> {
        let clock = self.clock.as_ref().map_or(&ThreadClock as &dyn Clock, |clock| &**clock);
        BlockingAttempts::new(Attempts::start(self, clock))
    }
}
