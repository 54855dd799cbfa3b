//! A handle in the making.
//!
//! A handle's own setters each return one that is right and complete, so what they do can depend on
//! what came before. Settings that come from several places (a file, a command line, a test) have no
//! order: a builder collects them and looks at them once, at the end.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::drivers::breaker::CircuitBreaker;
use crate::drivers::budget::RetryBudget;
use crate::drivers::gates::Place;
use crate::drivers::rate_limit::RateLimit;
use crate::drivers::retry::Retry;
use crate::drivers::retry::letters::Letters;
use crate::drivers::retry::named::Named;
use crate::drivers::retry::policy_or::PolicyOr;
use crate::drivers::throttle::Throttle;
use crate::seams::clock::Clock;
use crate::seams::dead_letter::DeadLetterSink;
use crate::seams::gate::Gate;
use crate::values::breaker_policy::BreakerPolicy;
use crate::values::budget_policy::BudgetPolicy;
use crate::values::build_error::RetryBuildError;
use crate::values::jitter::Jitter;
use crate::values::kind_policy::KindPolicy;
use crate::values::kinds::Kinds;
use crate::values::policy::RetryPolicy;
use crate::values::policy_builder::RetryPolicyBuilder;
use crate::values::policy_error::PolicyError;
use crate::values::preset::Preset;
use crate::values::rate_limit_policy::RateLimitPolicy;
use crate::values::strategy::Strategy;
use crate::values::tag::{self, Tag};
use crate::values::throttle_policy::ThrottlePolicy;

/// A handle in the making: made by [`Retry::builder`].
///
/// The order of the setters is without meaning. What is set twice is what was set last; what is not
/// set is the preset's, and without one as [`Retry::new`] has it. [`build`](Self::build) says what is
/// wrong with it.
#[derive(Clone, Debug, Default)]
#[must_use = "a handle in the making makes no calls until it is built"]
pub struct RetryBuilder {
    preset: Option<Preset>,
    policy: Option<RetryPolicy>,
    settings: Settings,
    name: Option<Arc<str>>,
    service: Option<Arc<str>>,
    max_keys: Option<usize>,
    tags: Vec<Tag>,
    circuit_breaker: Option<PolicyOr<BreakerPolicy, CircuitBreaker>>,
    rate_limit: Option<PolicyOr<RateLimitPolicy, RateLimit>>,
    throttle: Option<PolicyOr<ThrottlePolicy, Throttle>>,
    gates: Vec<Arc<dyn Gate>>,
    budget: Option<PolicyOr<BudgetPolicy, RetryBudget>>,
    without_budget: bool,
    clock: Option<Arc<dyn Clock>>,
    token: Option<CancellationToken>,
    seed: Option<u64>,
    letters: Letters,
}

/// What is set of a policy, field by field, and a setter for each.
macro_rules! settings {
    ($($(#[$doc:meta])* $field:ident: $type:ty;)*) => {
        #[derive(Clone, Copy, Debug, Default)]
        struct Settings {
            $($field: Option<$type>,)*
        }

        impl Settings {
            fn over(self, mut policy: RetryPolicyBuilder) -> RetryPolicyBuilder {
                $(
                    if let Some(value) = self.$field {
                        policy = policy.$field(value);
                    }
                )*
                policy
            }
        }

        /// # The loop
        impl RetryBuilder {
            $(
                $(#[$doc])*
                pub fn $field(mut self, $field: $type) -> Self {
                    self.settings.$field = Some($field);
                    self
                }
            )*
        }
    };
}

settings! {
    /// How many attempts a call may make, the first included: at least 1.
    max_attempts: u32;
    /// How the delay grows.
    strategy: Strategy;
    /// The delay that growth starts from: at most `max_delay`. Zero is legal.
    initial_delay: Duration;
    /// The delay that no delay is above.
    max_delay: Duration;
    /// The factor of the exponential strategy: finite, at least 1.
    multiplier: f64;
    /// How the delay is spread. A ratio is in `0..=1`; the random strategy takes none.
    jitter: Jitter;
    /// How long a call may take in all, attempts and delays together: above zero.
    timeout: Duration;
    /// How long each attempt may take: above zero, at most `timeout`.
    attempt_timeout: Duration;
    /// The longest wait that the other side may ask for.
    max_hint: Duration;
    /// The kinds of failure that may be retried, where the classifier says so too.
    retried: Kinds;
    /// Schedules of their own for these kinds, each at most once.
    kinds: &'static [KindPolicy];
}

impl RetryBuilder {
    /// This policy, under what is set of it by itself, and in place of the preset's.
    pub fn policy(mut self, policy: RetryPolicy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// This preset, under whatever else is set: its policy and its gates. One that asks for a sink
    /// is given as [`without_dead_letters`](crate::LetterPreset::without_dead_letters), and the sink
    /// to [`dead_letters`](Self::dead_letters).
    pub fn preset(mut self, preset: Preset) -> Self {
        self.preset = Some(preset);
        self
    }
}

/// # Gates and budget
///
/// Each takes a policy, or one that is there already. What is described by a policy is shared by all
/// that name the same [service](Self::service), and without one by the clones of the handle.
impl RetryBuilder {
    /// A circuit breaker before each attempt; see [`Retry::with_circuit_breaker`].
    pub fn circuit_breaker(
        mut self,
        breaker: impl Into<PolicyOr<BreakerPolicy, CircuitBreaker>>,
    ) -> Self {
        self.circuit_breaker = Some(breaker.into());
        self
    }

    /// A rate limit before each attempt; see [`Retry::with_rate_limit`].
    pub fn rate_limit(mut self, limit: impl Into<PolicyOr<RateLimitPolicy, RateLimit>>) -> Self {
        self.rate_limit = Some(limit.into());
        self
    }

    /// A throttle before each attempt, which no service shares; see [`Retry::with_throttle`].
    pub fn throttle(mut self, throttle: impl Into<PolicyOr<ThrottlePolicy, Throttle>>) -> Self {
        self.throttle = Some(throttle.into());
        self
    }

    /// A gate of the application's own, after those of this sort set before; see
    /// [`Retry::with_gate`].
    pub fn gate(mut self, gate: impl Gate + 'static) -> Self {
        self.gates.push(Arc::new(gate));
        self
    }

    /// The budget of its retries; see [`Retry::with_budget`].
    pub fn budget(mut self, budget: impl Into<PolicyOr<BudgetPolicy, RetryBudget>>) -> Self {
        self.budget = Some(budget.into());
        self
    }

    /// No budget; see [`Retry::without_budget`].
    pub fn without_budget(mut self) -> Self {
        self.without_budget = true;
        self
    }
}

/// # Names, time, and what is left behind
impl RetryBuilder {
    /// The name of the handle in events: not empty.
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = Some(name.into().into());
        self
    }

    /// The service that is called: not empty. Who names the same one shares its budget and the gates
    /// that are described by a policy; see [`Retry::with_service`].
    pub fn service(mut self, service: impl Into<Cow<'static, str>>) -> Self {
        self.service = Some(service.into().into());
        self
    }

    /// A tag: its key not empty, at most [`Tag::MOST`] of them; see [`Retry::with_tag`].
    pub fn tag(
        mut self,
        key: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Self {
        tag::put(&mut self.tags, Tag::of(key, value));
        self
    }

    /// How many keys are kept apart; see [`Retry::with_max_keys`].
    pub fn max_keys(mut self, keys: usize) -> Self {
        self.max_keys = Some(keys);
        self
    }

    /// The clock, in place of tokio's timer and the operating system's.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// The token that ends all calls when it is triggered.
    pub fn cancellation(mut self, token: CancellationToken) -> Self {
        self.token = Some(token);
        self
    }

    /// The seed of a random stream that is the same in every run; see [`Retry::with_seed`].
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The sink of its dead letters; see [`Retry::with_dead_letters`].
    pub fn dead_letters(mut self, sink: impl DeadLetterSink + 'static) -> Self {
        self.letters.sink = Some(Arc::new(sink));
        self
    }

    /// Dead letters also for failures that no further attempt can help; needs a
    /// [sink](Self::dead_letters).
    pub fn permanent_dead_letters(mut self) -> Self {
        self.letters.permanent = true;
        self
    }
}

/// # The handle
impl RetryBuilder {
    /// The handle.
    ///
    /// # Errors
    ///
    /// The first of these: a setting of the policy that is out of its bound, as
    /// [`RetryPolicyBuilder::build`] says; an empty name or service; a tag with an empty key, or too
    /// many of them; a budget together with `without_budget`; permanent dead letters without a sink.
    pub fn build(self) -> Result<Retry, RetryBuildError> {
        let policy = self.built_policy()?;
        self.contradiction().map_or(Ok(()), Err)?;
        let mut retry = Retry::from_preset(self.built_preset(policy));
        if let Some(service) = &self.service {
            retry = retry.with_service(String::from(&**service));
        }
        if let Some(keys) = self.max_keys {
            retry = retry.with_max_keys(keys);
        }
        if let Some(seed) = self.seed {
            retry = retry.with_seed(seed);
        }
        retry.name = self.name.as_deref().map(|name| Named::new(name.to_owned()));
        retry.tags = self.tags.as_slice().into();
        retry.clock.clone_from(&self.clock);
        retry.token.clone_from(&self.token);
        retry.letters.clone_from(&self.letters);
        Ok(self.put_given(retry))
    }

    /// With what no policy describes.
    fn put_given(self, mut retry: Retry) -> Retry {
        if let Some(breaker) = self.circuit_breaker.and_then(PolicyOr::given) {
            retry = retry.with_circuit_breaker(breaker);
        }
        if let Some(limit) = self.rate_limit.and_then(PolicyOr::given) {
            retry = retry.with_rate_limit(limit);
        }
        if let Some(throttle) = self.throttle {
            retry = retry.with_throttle(match throttle {
                PolicyOr::Policy(policy) => Throttle::new(policy),
                PolicyOr::Given(throttle) => throttle,
            });
        }
        if let Some(budget) = self.budget.and_then(PolicyOr::given) {
            retry = retry.with_budget(budget);
        }
        self.gates.into_iter().fold(retry, |retry, gate| retry.put(Place::Custom, gate))
    }

    fn built_policy(&self) -> Result<RetryPolicy, PolicyError> {
        let of_preset = self.preset.map(|preset| preset.policy());
        let base = self.policy.or(of_preset).unwrap_or_default();
        self.settings.over(base.to_builder()).build()
    }

    fn contradiction(&self) -> Option<RetryBuildError> {
        let empty = |text: &Option<Arc<str>>| text.as_deref().is_some_and(str::is_empty);
        if empty(&self.name) {
            Some(RetryBuildError::EmptyName)
        } else if empty(&self.service) {
            Some(RetryBuildError::EmptyService)
        } else if let Err(error) = tag::check(&self.tags) {
            Some(error.into())
        } else if self.without_budget && self.budget.is_some() {
            Some(RetryBuildError::BudgetAndNone)
        } else if self.letters.permanent && self.letters.sink.is_none() {
            Some(RetryBuildError::NoSink)
        } else {
            None
        }
    }

    /// What can be described by policies. What is given by hand is no wish that a service should
    /// have one as well.
    fn built_preset(&self, policy: RetryPolicy) -> Preset {
        let mut preset = self.preset.unwrap_or(Preset::new(policy)).with_policy(policy);
        preset = match self.circuit_breaker {
            Some(PolicyOr::Policy(breaker)) => preset.with_circuit_breaker(breaker),
            Some(PolicyOr::Given(_)) => preset.without_circuit_breaker(),
            None => preset,
        };
        preset = match self.rate_limit {
            Some(PolicyOr::Policy(limit)) => preset.with_rate_limit(limit),
            Some(PolicyOr::Given(_)) => preset.without_rate_limit(),
            None => preset,
        };
        match self.budget {
            Some(PolicyOr::Policy(budget)) => preset.with_budget(budget),
            Some(PolicyOr::Given(_)) => preset.without_budget(),
            None if self.without_budget => preset.without_budget(),
            None => preset,
        }
    }
}

impl Retry {
    /// A handle in the making, from settings in any order.
    ///
    /// ```
    /// use std::time::Duration;
    /// use retry_core::{MemoryDeadLetters, Retry, presets};
    ///
    /// let inventory = Retry::builder()
    ///     .preset(presets::HTTP)
    ///     .max_attempts(3)
    ///     .attempt_timeout(Duration::from_secs(2))
    ///     .name("inventory::reserve")
    ///     .service("inventory")
    ///     .dead_letters(MemoryDeadLetters::new(1000))
    ///     .build()?;
    /// assert_eq!(inventory.policy().max_attempts(), 3);
    /// # Ok::<_, retry_core::RetryBuildError>(())
    /// ```
    pub fn builder() -> RetryBuilder {
        RetryBuilder::default()
    }
}
