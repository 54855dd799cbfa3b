//! What to do about failures, as plain data.
//!
//! A [`RetryPolicy`] is `Copy`, built in a `const`, and valid for as long as it exists: there is
//! no second place where a wrong number could come up. In a `const` a wrong value is a compile
//! error; values that are only known at run time go through [`RetryPolicy::builder`], whose
//! [`build`](RetryPolicyBuilder::build) returns a [`PolicyError`](crate::PolicyError) that names
//! field, value and bound.
//!
//! ```
//! use std::time::Duration;
//! use retry_core::{Jitter, RetryPolicy};
//!
//! const PATIENT: RetryPolicy = RetryPolicy::new()
//!     .with_max_attempts(8)
//!     .with_max_delay(Duration::from_secs(5))
//!     .with_jitter(Jitter::Equal);
//! ```
//!
//! ```compile_fail,E0080
//! # use retry_core::RetryPolicy;
//! const NEVER: RetryPolicy = RetryPolicy::new().with_max_attempts(0);
//! ```

use std::time::Duration;

use crate::values::attempt::Attempt;
use crate::values::backoff::Backoff;
use crate::values::jitter::Jitter;
use crate::values::kind::ErrorKind;
use crate::values::kind_policy::KindPolicy;
use crate::values::kinds::Kinds;
use crate::values::nanos;
use crate::values::policy_builder::RetryPolicyBuilder;
use crate::values::strategy::Strategy;

/// When to try again, how long to wait, and when to give up.
///
/// # Defaults
///
/// | field | default |
/// |---|---|
/// | `max_attempts` | 3 |
/// | `strategy` | exponential, × 2.0 |
/// | `initial_delay` | 100 ms |
/// | `max_delay` | 30 s |
/// | `jitter` | full |
/// | `timeout`, `attempt_timeout` | none |
/// | `max_hint` | 5 min |
/// | `retried` | all kinds: whatever the classifier says |
/// | `kinds` with a schedule of their own | none |
///
/// # What is retried
///
/// The classifier decides, and `retried` bounds it: a failure that the classifier would retry, and
/// whose kind is not among these, ends the call with
/// [`NotRetryable`](crate::StopReason::NotRetryable). A failure that the classifier would not retry
/// is never retried, whatever `retried` says. A schedule of its own for a kind that is not retried
/// has no effect.
///
/// ```
/// use retry_core::{ErrorKind, Kinds, RetryPolicy};
///
/// const LOST: Kinds = Kinds::of(&[ErrorKind::Network, ErrorKind::Timeout]);
/// const POLICY: RetryPolicy = RetryPolicy::new().with_retried(LOST);
/// ```
///
/// # The delay after a failed attempt
///
/// Grow by the strategy, cap at `max_delay`, then draw the jitter below that: a delay is never
/// above `max_delay`, and callers that wait at the cap still do not come back together. All
/// arithmetic saturates, up to attempt `u32::MAX`, and takes the same time for each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) retried: Kinds,
    pub(crate) backoff: Backoff,
    pub(crate) kinds: &'static [KindPolicy],
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) max_hint: u64,
}

impl RetryPolicy {
    /// The defaults above.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            max_attempts: 3,
            retried: Kinds::ALL,
            backoff: Backoff {
                strategy: Strategy::Exponential,
                initial: nanos::saturating(Duration::from_millis(100)),
                cap: nanos::saturating(Duration::from_secs(30)),
                multiplier: 2.0,
                jitter: Jitter::Full,
            },
            kinds: &[],
            timeout: None,
            attempt_timeout: None,
            max_hint: nanos::saturating(Duration::from_secs(300)),
        }
    }

    /// A builder that starts from the defaults and reports a wrong value as an error.
    #[must_use]
    pub const fn builder() -> RetryPolicyBuilder {
        Self::new().to_builder()
    }

    /// A builder that starts from this policy.
    #[must_use]
    pub const fn to_builder(self) -> RetryPolicyBuilder {
        RetryPolicyBuilder {
            max_attempts: self.max_attempts,
            retried: self.retried,
            strategy: self.backoff.strategy,
            initial_delay: Duration::from_nanos(self.backoff.initial),
            max_delay: Duration::from_nanos(self.backoff.cap),
            multiplier: self.backoff.multiplier,
            jitter: self.backoff.jitter,
            kinds: self.kinds,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            max_hint: Duration::from_nanos(self.max_hint),
            multiplier_was_set: false,
            jitter_was_set: false,
        }
    }

    /// How many attempts a call may make, the first included.
    #[must_use]
    pub const fn max_attempts(&self) -> u32 {
        self.max_attempts
    }

    /// The kinds of failure that may be retried, where the classifier says so too.
    #[must_use]
    pub const fn retried(&self) -> Kinds {
        self.retried
    }

    /// How the delay grows.
    #[must_use]
    pub const fn strategy(&self) -> Strategy {
        self.backoff.strategy
    }

    /// The delay that growth starts from.
    #[must_use]
    pub const fn initial_delay(&self) -> Duration {
        Duration::from_nanos(self.backoff.initial)
    }

    /// The delay that no delay is above.
    #[must_use]
    pub const fn max_delay(&self) -> Duration {
        Duration::from_nanos(self.backoff.cap)
    }

    /// The factor of the exponential strategy.
    #[must_use]
    pub const fn multiplier(&self) -> f64 {
        self.backoff.multiplier
    }

    /// How the delay is spread, unless the strategy is random, which draws by itself.
    #[must_use]
    pub const fn jitter(&self) -> Jitter {
        self.backoff.jitter
    }

    /// How long a call may take in all, attempts and delays together; `None` for no limit.
    #[must_use]
    pub const fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// How long each attempt may take; `None` for no limit.
    #[must_use]
    pub const fn attempt_timeout(&self) -> Option<Duration> {
        self.attempt_timeout
    }

    /// The longest wait that the other side may ask for; a call that is asked for more stops.
    #[must_use]
    pub const fn max_hint(&self) -> Duration {
        Duration::from_nanos(self.max_hint)
    }

    /// Whether a call under this policy can be cut while an attempt runs: it has a timeout.
    #[must_use]
    pub const fn can_cut(&self) -> bool {
        self.timeout.is_some() || self.attempt_timeout.is_some()
    }

    /// The delay after `attempt` failed, where `draw` is any 64 random bits.
    ///
    /// At most [`max_delay`](Self::max_delay); the same arguments give the same delay.
    #[must_use]
    pub fn delay_after(&self, attempt: &Attempt, draw: u64) -> Duration {
        Duration::from_nanos(self.delay_nanos(attempt, draw))
    }

    pub(crate) fn delay_nanos(&self, attempt: &Attempt, draw: u64) -> u64 {
        self.backoff.delay_after(attempt, draw)
    }

    /// The kinds that have a schedule of their own.
    #[must_use]
    pub const fn kinds(&self) -> &'static [KindPolicy] {
        self.kinds
    }

    /// How many attempts a call may make at most, the first included: `max_attempts`, and what
    /// the kinds with attempts of their own add to it, where they are retried at all.
    #[must_use]
    pub const fn most_attempts(&self) -> u32 {
        let mut most = self.max_attempts;
        let mut i = 0;
        while i < self.kinds.len() {
            if let Some(own) = self.kinds[i].max_attempts
                && self.retried.contains(self.kinds[i].kind)
            {
                most = most.saturating_add(own.saturating_sub(1));
            }
            i += 1;
        }
        most
    }

    /// The most that a retry of a call can cost, in tokens of a budget that asks for one.
    pub(crate) fn dearest_retry(&self) -> f64 {
        let retried = self.kinds.iter().filter(|own| self.retried.contains(own.kind));
        retried.filter_map(KindPolicy::cost).fold(1.0, f64::max)
    }

    /// Where in the list a kind has a schedule of its own.
    pub(crate) fn own(&self, kind: ErrorKind) -> Option<usize> {
        self.kinds.iter().position(|own| own.kind == kind)
    }

    /// The schedule of a kind: what it says itself, and the rest as the policy has it.
    pub(crate) const fn backoff_of(&self, own: &KindPolicy) -> Backoff {
        let mut backoff = self.backoff;
        if let Some(strategy) = own.strategy {
            backoff.strategy = strategy;
        }
        if let Some(initial) = own.initial_delay {
            backoff.initial = nanos::saturating(initial);
        }
        if let Some(cap) = own.max_delay {
            backoff.cap = nanos::saturating(cap);
        }
        if let Some(multiplier) = own.multiplier {
            backoff.multiplier = multiplier;
        }
        if let Some(jitter) = own.jitter {
            backoff.jitter = jitter;
        }
        backoff
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

macro_rules! with {
    ($($(#[$doc:meta])* $with:ident: $field:ident: $type:ty;)*) => {
        /// # Changing one field of a constant
        ///
        /// Each returns the changed policy. A wrong value panics, which in a `const` is a compile
        /// error at that line; use [`builder`](Self::builder) for values known only at run time.
        impl RetryPolicy {
            $(
                $(#[$doc])*
                ///
                /// # Panics
                ///
                /// When the value is out of its bound, see [`RetryPolicyBuilder::build`].
                #[must_use]
                #[track_caller]
                pub const fn $with(self, $field: $type) -> Self {
                    self.to_builder().$field($field).build_const()
                }
            )*
        }
    };
}

with! {
    /// With this many attempts, the first included.
    with_max_attempts: max_attempts: u32;
    /// With this growth.
    with_strategy: strategy: Strategy;
    /// With this first delay. To raise it above the present cap, raise the cap first.
    with_initial_delay: initial_delay: Duration;
    /// With this cap.
    with_max_delay: max_delay: Duration;
    /// With this factor of the exponential strategy.
    with_multiplier: multiplier: f64;
    /// With this spread.
    with_jitter: jitter: Jitter;
    /// With this limit on the whole call.
    with_timeout: timeout: Duration;
    /// With this limit on each attempt.
    with_attempt_timeout: attempt_timeout: Duration;
    /// With this limit on what the other side may ask for.
    with_max_hint: max_hint: Duration;
    /// With these kinds of failure that may be retried, where the classifier says so too.
    with_retried: retried: Kinds;
    /// With schedules of their own for these kinds, in place of those before.
    with_kinds: kinds: &'static [KindPolicy];
}
