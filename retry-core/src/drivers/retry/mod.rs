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

pub(crate) mod builder;
mod calls;
mod gates;
pub(crate) mod in_force;
mod letters;
mod named;
pub(crate) mod policy_or;
mod tags;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::drivers::budget::RetryBudget;
use crate::drivers::gates::Gates;
use crate::drivers::observing::{Listening, Observers};
use crate::drivers::operations::operation::Operation;
use crate::drivers::parts::Part;
use crate::drivers::retry::in_force::Given;
use crate::drivers::retry::letters::Letters;
use crate::drivers::retry::named::Named;
use crate::drivers::seeds::Seeds;
use crate::drivers::services::{Service, Wanted};
use crate::drivers::statistics::cell::Counted;
use crate::seams::classify::{ByClassify, ClassifyWith, RetryAll, RetryIf};
use crate::seams::clock::Clock;
use crate::seams::observe::Observer;
use crate::values::attempt::Attempt;
use crate::values::budget_policy::BudgetPolicy;
use crate::values::kind::{ErrorKind, Verdict};
use crate::values::labels::Labels;
use crate::values::policy::RetryPolicy;
use crate::values::policy_error::PolicyError;
use crate::values::tag::Tag;

/// A policy, ready to run calls.
///
/// ```
/// use std::time::Duration;
/// use retry_core::{Retry, presets};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let inventory = Retry::builder()
///     .preset(presets::STANDARD)
///     .max_attempts(5)
///     .timeout(Duration::from_secs(30))
///     .service("inventory") // shared with all that call it
///     .build()?; // an error that names field, value and bound
///
/// let page = inventory.run(|| tokio::fs::read_to_string("/mnt/inventory/7")).await?;
/// # Ok(())
/// # }
/// ```
///
/// From a policy that the compiler has checked nothing can be wrong, and from one handle others are
/// made, with setters that each return a changed copy:
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
///
/// `C` decides what is worth retrying: by default the error says so itself, through
/// [`Classify`](crate::Classify). Cloning copies the policy and counts a few references up: a handle
/// is made once, stored, and cloned freely. What it has of gates and budget is shared by its clones.
#[doc(alias = "RetryManager")]
#[derive(Clone, Debug)]
pub struct Retry<C = ByClassify> {
    policy: RetryPolicy,
    name: Option<Arc<Named>>,
    service: Option<Arc<str>>,
    tags: Arc<[Tag]>,
    clock: Option<Arc<dyn Clock>>,
    token: Option<CancellationToken>,
    deadline: Option<Instant>,
    seeds: Seeds,
    gates: Option<Arc<Gates>>,
    budget: HandleBudget,
    /// Its service, or what it has for itself.
    shares: Arc<Service>,
    /// The key that it is for.
    part: Option<Arc<Part>>,
    /// What a preset named, and nobody has replaced: shared with the service, once it has one.
    preset: Option<Arc<Wanted>>,
    letters: Letters,
    observers: Option<Observers>,
    /// What settings know it as, where it is in the registry.
    operation: Option<Arc<Operation>>,
    given: Given,
    classifier: C,
}

/// Which budget a handle draws on.
#[derive(Clone, Debug)]
enum HandleBudget {
    /// That of its service, or its own.
    Shared,
    Given(RetryBudget),
    None,
}

impl Retry {
    /// A handle that asks each error whether it is worth retrying.
    #[must_use]
    pub fn new(policy: RetryPolicy) -> Self {
        let shares = Arc::new(Service::private());
        shares.want_budget(BudgetPolicy::new());
        Self {
            policy,
            name: None,
            service: None,
            tags: Arc::default(),
            clock: None,
            token: None,
            deadline: None,
            seeds: Seeds::Process,
            gates: None,
            budget: HandleBudget::Shared,
            shares,
            part: None,
            preset: None,
            letters: Letters::default(),
            observers: None,
            operation: None,
            given: Given::default(),
            classifier: ByClassify,
        }
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
        Self { policy, given: Given { unknown_retried: true, ..self.given }, ..self }
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
        let Self { policy, name, service, tags, clock, token, .. } = self;
        let Self { deadline, seeds, gates, budget, shares, preset, .. } = self;
        let Self { part, letters, observers, operation, given, .. } = self;
        Retry {
            policy,
            name,
            service,
            tags,
            clock,
            token,
            deadline,
            seeds,
            gates,
            budget,
            shares,
            part,
            preset,
            letters,
            observers,
            operation,
            given,
            classifier,
        }
    }
}

/// # Settings
///
/// Each returns a changed copy.
impl<C> Retry<C> {
    /// With this policy. A copy of a handle of the [registry](crate::RetryRegistry) goes by it from
    /// here on, and no longer by what settings say of its policy.
    #[must_use]
    pub fn with_policy(self, policy: RetryPolicy) -> Self {
        Self { policy, operation: None, given: Given::default(), ..self }
    }

    /// With this many attempts in place of the policy's, the first included. It holds over settings
    /// that are loaded, as everything does that a copy is given.
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
        let given = Given { max_attempts: Some(attempts), ..self.given };
        Ok(Self { policy, given, ..self })
    }

    /// With this limit on the whole call in place of the policy's.
    ///
    /// # Errors
    ///
    /// When `timeout` is zero or below the policy's attempt timeout.
    pub fn with_timeout(self, timeout: Duration) -> Result<Self, PolicyError> {
        let policy = self.policy.to_builder().timeout(timeout).build()?;
        let given = Given { timeout: Some(timeout), ..self.given };
        Ok(Self { policy, given, ..self })
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

    /// With this observer, beside those that it has and those of the [process](crate::observe): it is
    /// told of the calls of this handle and its copies.
    #[must_use]
    pub fn with_observer(self, observer: impl Observer + 'static) -> Self {
        let own: Arc<dyn Observer> = Arc::new(observer);
        let before = self.observers.iter().flat_map(|all| all.iter().cloned());
        Self { observers: Some(before.chain([own]).collect()), ..self }
    }

    /// With this name in events.
    #[must_use]
    pub fn with_name(self, name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: Some(Named::new(name.into())), ..self }
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

    /// The policy, as the code says: what settings make of that of a registered handle is in its
    /// [snapshot](crate::RetryRegistry::operations).
    #[must_use]
    pub const fn policy(&self) -> &RetryPolicy {
        &self.policy
    }

    pub(crate) fn labels(&self) -> Labels<'_> {
        let name = self.name.as_deref().map(Named::text);
        Labels { name, service: self.service.as_deref(), tags: &self.tags }
    }

    /// Who listens to a call that starts now.
    pub(crate) fn listening(&self) -> (Listening, Option<&Observers>) {
        let own = self.observers.as_ref();
        let listening = Listening::now();
        (if own.is_some() { listening.and(Listening::OBSERVERS) } else { listening }, own)
    }

    /// Where its calls are counted.
    #[inline]
    pub(crate) fn counted(&self) -> Counted<'_> {
        self.name.as_deref().map_or(Counted::Unnamed, |name| Counted::Here(name.tally()))
    }

    pub(crate) const fn token(&self) -> Option<&CancellationToken> {
        self.token.as_ref()
    }

    pub(crate) const fn has_deadline(&self) -> bool {
        self.deadline.is_some()
    }

    pub(crate) const fn custom_clock(&self) -> Option<&Arc<dyn Clock>> {
        self.clock.as_ref()
    }

    pub(crate) const fn classifier(&self) -> &C {
        &self.classifier
    }
}
