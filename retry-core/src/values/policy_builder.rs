//! A policy in the making, and all that can be wrong with one.

use std::time::Duration;

use crate::values::backoff::Backoff;
use crate::values::jitter::Jitter;
use crate::values::kind_policy::KindPolicy;
use crate::values::kinds::Kinds;
use crate::values::nanos;
use crate::values::policy::RetryPolicy;
use crate::values::policy_error::{
    PolicyBound as Bound, PolicyError, PolicyField as Field, PolicyValue as Value,
};
use crate::values::strategy::Strategy;

/// `Option::unwrap_or`, in a constant.
macro_rules! or {
    ($option:expr, $default:expr) => {
        match $option {
            Some(value) => value,
            None => $default,
        }
    };
}

/// A policy in the making; the fields may be wrong until [`build`](Self::build) has looked at them.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicyBuilder {
    pub(crate) max_attempts: u32,
    pub(crate) retried: Kinds,
    pub(crate) strategy: Strategy,
    pub(crate) initial_delay: Duration,
    pub(crate) max_delay: Duration,
    pub(crate) multiplier: f64,
    pub(crate) jitter: Jitter,
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) max_hint: Duration,
    pub(crate) kinds: &'static [KindPolicy],
    pub(crate) multiplier_was_set: bool,
    pub(crate) jitter_was_set: bool,
}

impl RetryPolicyBuilder {
    /// How many attempts a call may make, the first included: at least 1.
    #[must_use]
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// How the delay grows.
    #[must_use]
    pub const fn strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = strategy;
        self
    }

    /// The delay that growth starts from: at most `max_delay`. Zero is legal.
    #[must_use]
    pub const fn initial_delay(mut self, delay: Duration) -> Self {
        self.initial_delay = delay;
        self
    }

    /// The delay that no delay is above.
    #[must_use]
    pub const fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The factor of the exponential strategy: finite, at least 1.
    #[must_use]
    pub const fn multiplier(mut self, factor: f64) -> Self {
        self.multiplier = factor;
        self.multiplier_was_set = true;
        self
    }

    /// How the delay is spread. A ratio is in `0..=1`; the random strategy takes none.
    #[must_use]
    pub const fn jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self.jitter_was_set = true;
        self
    }

    /// How long a call may take in all, attempts and delays together: above zero.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long each attempt may take: above zero, at most `timeout`.
    #[must_use]
    pub const fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// The longest wait that the other side may ask for.
    #[must_use]
    pub const fn max_hint(mut self, hint: Duration) -> Self {
        self.max_hint = hint;
        self
    }

    /// The kinds of failure that may be retried, where the classifier says so too; with
    /// [`Kinds::NONE`] nothing is.
    #[must_use]
    pub const fn retried(mut self, kinds: Kinds) -> Self {
        self.retried = kinds;
        self
    }

    /// Schedules of their own for these kinds, each at most once, in place of those before. A list
    /// that is only known at run time is made with [`KindPolicy::keep`].
    #[must_use]
    pub const fn kinds(mut self, kinds: &'static [KindPolicy]) -> Self {
        self.kinds = kinds;
        self
    }

    /// The policy.
    ///
    /// # Errors
    ///
    /// The first field that is out of its bound: no attempts, a first delay above the cap, a
    /// multiplier that is not a finite number of at least 1 or belongs to another strategy, a
    /// ratio that is not in `0..=1`, a jitter for the random strategy, a timeout of zero, an
    /// attempt timeout above the total, a delay above 584 years; the same in the schedule of a
    /// kind, together with what it takes from the policy; a kind with two schedules; a cost that is
    /// negative or not finite.
    pub const fn build(self) -> Result<RetryPolicy, PolicyError> {
        if let Some(error) = self.first_error() {
            return Err(error);
        }
        Ok(RetryPolicy {
            max_attempts: self.max_attempts,
            retried: self.retried,
            backoff: Backoff {
                strategy: self.strategy,
                initial: nanos::saturating(self.initial_delay),
                cap: nanos::saturating(self.max_delay),
                multiplier: self.multiplier,
                jitter: self.jitter,
            },
            kinds: self.kinds,
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            max_hint: nanos::saturating(self.max_hint),
        })
    }

    /// The policy, in a `const`, where a wrong value is a compile error.
    ///
    /// # Panics
    ///
    /// Where [`build`](Self::build) returns an error; at run time use that.
    #[must_use]
    #[track_caller]
    pub const fn build_const(self) -> RetryPolicy {
        match self.build() {
            Ok(policy) => policy,
            Err(error) => panic!("{}", error.constant_text()),
        }
    }

    const fn first_error(&self) -> Option<PolicyError> {
        if self.max_attempts == 0 {
            return Some(PolicyError::new(Field::MaxAttempts, Value::Count(0), Bound::AtLeastOne));
        }
        if self.max_hint.as_nanos() > nanos::LONGEST.as_nanos() {
            return Some(too_long(Field::MaxHint, self.max_hint));
        }
        if let Some(error) = self.schedule_error() {
            return Some(error);
        }
        if let Some(error) = self.timeout_error() {
            return Some(error);
        }
        self.kinds_error()
    }

    const fn schedule_error(&self) -> Option<PolicyError> {
        let schedule = Schedule {
            strategy: self.strategy,
            initial: self.initial_delay,
            cap: self.max_delay,
            multiplier: self.multiplier,
            jitter: self.jitter,
            multiplier_was_set: self.multiplier_was_set,
            jitter_was_set: self.jitter_was_set,
        };
        schedule.first_error()
    }

    const fn kinds_error(&self) -> Option<PolicyError> {
        let mut i = 0;
        while i < self.kinds.len() {
            let own = &self.kinds[i];
            let mut before = 0;
            while before < i {
                if self.kinds[before].kind as u8 == own.kind as u8 {
                    let twice = PolicyError::new(Field::Kinds, Value::Twice, Bound::OncePerKind);
                    return Some(twice.of_kind(own.kind));
                }
                before += 1;
            }
            if let Some(error) = self.kind_error(own) {
                return Some(error.of_kind(own.kind));
            }
            i += 1;
        }
        None
    }

    /// The first field of a kind's schedule that is out of its bound, under this policy.
    pub(crate) const fn kind_error(&self, own: &KindPolicy) -> Option<PolicyError> {
        if let Some(0) = own.max_attempts {
            return Some(PolicyError::new(Field::MaxAttempts, Value::Count(0), Bound::AtLeastOne));
        }
        if let Some(cost) = own.cost
            && !(cost.is_finite() && cost >= 0.0)
        {
            return Some(PolicyError::new(Field::Cost, Value::Factor(cost), Bound::FiniteFromZero));
        }
        let schedule = Schedule {
            strategy: or!(own.strategy, self.strategy),
            initial: or!(own.initial_delay, self.initial_delay),
            cap: or!(own.max_delay, self.max_delay),
            multiplier: or!(own.multiplier, self.multiplier),
            jitter: or!(own.jitter, self.jitter),
            multiplier_was_set: own.multiplier.is_some(),
            jitter_was_set: own.jitter.is_some(),
        };
        schedule.first_error()
    }

    const fn timeout_error(&self) -> Option<PolicyError> {
        if let Some(timeout) = self.timeout
            && timeout.is_zero()
        {
            let value = Value::Duration(timeout);
            return Some(PolicyError::new(Field::Timeout, value, Bound::AboveZero));
        }
        let Some(attempt) = self.attempt_timeout else { return None };
        let value = Value::Duration(attempt);
        if attempt.is_zero() {
            return Some(PolicyError::new(Field::AttemptTimeout, value, Bound::AboveZero));
        }
        match self.timeout {
            Some(timeout) if attempt.as_nanos() > timeout.as_nanos() => {
                let bound = Bound::AtMostTimeout(timeout);
                Some(PolicyError::new(Field::AttemptTimeout, value, bound))
            }
            _ => None,
        }
    }
}

/// The fields that the policy and each kind of it have, as they would be used.
struct Schedule {
    strategy: Strategy,
    initial: Duration,
    cap: Duration,
    multiplier: f64,
    jitter: Jitter,
    multiplier_was_set: bool,
    jitter_was_set: bool,
}

impl Schedule {
    const fn first_error(&self) -> Option<PolicyError> {
        if self.cap.as_nanos() > nanos::LONGEST.as_nanos() {
            return Some(too_long(Field::MaxDelay, self.cap));
        }
        if self.initial.as_nanos() > nanos::LONGEST.as_nanos() {
            return Some(too_long(Field::InitialDelay, self.initial));
        }
        if self.initial.as_nanos() > self.cap.as_nanos() {
            let value = Value::Duration(self.initial);
            let bound = Bound::AtMostMaxDelay(self.cap);
            return Some(PolicyError::new(Field::InitialDelay, value, bound));
        }
        self.growth_error()
    }

    const fn growth_error(&self) -> Option<PolicyError> {
        let factor = Value::Factor(self.multiplier);
        if !(self.multiplier.is_finite() && self.multiplier >= 1.0) {
            return Some(PolicyError::new(Field::Multiplier, factor, Bound::FiniteAtLeastOne));
        }
        if self.multiplier_was_set && !matches!(self.strategy, Strategy::Exponential) {
            return Some(PolicyError::new(Field::Multiplier, factor, Bound::OnlyExponential));
        }
        match self.jitter {
            Jitter::Ratio(ratio) if !(ratio >= 0.0 && ratio <= 1.0) => {
                let value = Value::Factor(ratio);
                Some(PolicyError::new(Field::Jitter, value, Bound::ZeroToOne))
            }
            Jitter::None => None,
            _ if self.jitter_was_set && matches!(self.strategy, Strategy::Random) => {
                Some(PolicyError::new(Field::Jitter, Value::Jitter, Bound::NotWithRandom))
            }
            _ => None,
        }
    }
}

const fn too_long(field: Field, delay: Duration) -> PolicyError {
    PolicyError::new(field, Value::Duration(delay), Bound::AtMost(nanos::LONGEST))
}
