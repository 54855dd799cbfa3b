//! A schedule for the failures of one kind.
//!
//! A server that asks for fewer calls wants to be left alone for longer than one that dropped a
//! connection, and is worth asking more often. A [`KindPolicy`] says what is different for one
//! kind; what it does not say is as in the policy that it is part of.

use std::time::Duration;

use crate::values::jitter::Jitter;
use crate::values::kind::ErrorKind;
use crate::values::strategy::Strategy;

/// What a policy does differently about failures of one kind.
///
/// Failures of the kind are counted by themselves: its delays start from its own `initial_delay`,
/// however many other failures came before. With attempts of its own the kind also has a count of
/// its own: a call gives up at the `max_attempts`-th failure of that kind, and such failures leave
/// the attempts of the policy untouched. The call's timeout, its deadline and `max_hint` hold over
/// all kinds together.
///
/// A kind that the policy does not [retry](crate::RetryPolicy::retried) has no use for a schedule.
///
/// Checked with the policy that it is given to.
///
/// ```
/// use std::time::Duration;
/// use retry_core::{ErrorKind, KindPolicy, RetryPolicy};
///
/// const POLICY: RetryPolicy = RetryPolicy::new().with_kinds(&[
///     KindPolicy::new(ErrorKind::RateLimit)
///         .with_max_attempts(8)
///         .with_initial_delay(Duration::from_secs(1)),
///     KindPolicy::new(ErrorKind::Timeout).with_max_attempts(2),
/// ]);
/// assert_eq!(POLICY.most_attempts(), 1 + 2 + 7 + 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KindPolicy {
    pub(crate) kind: ErrorKind,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) strategy: Option<Strategy>,
    pub(crate) initial_delay: Option<Duration>,
    pub(crate) max_delay: Option<Duration>,
    pub(crate) multiplier: Option<f64>,
    pub(crate) jitter: Option<Jitter>,
    pub(crate) cost: Option<f64>,
}

impl KindPolicy {
    /// As the policy, but with delays that start anew for this kind.
    #[must_use]
    pub const fn new(kind: ErrorKind) -> Self {
        Self {
            kind,
            max_attempts: None,
            strategy: None,
            initial_delay: None,
            max_delay: None,
            multiplier: None,
            jitter: None,
            cost: None,
        }
    }

    /// A list that is made at run time, kept for the rest of the process.
    ///
    /// A policy is `Copy`, so its list has to outlive it. The same list is kept once, however
    /// often it is made.
    #[must_use]
    pub fn keep(kinds: Vec<Self>) -> &'static [Self] {
        static KEPT: std::sync::Mutex<Vec<&'static [KindPolicy]>> =
            std::sync::Mutex::new(Vec::new());
        let mut kept = KEPT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(same) = kept.iter().find(|list| ***list == *kinds) {
            return same;
        }
        let list: &'static [Self] = kinds.leak();
        kept.push(list);
        list
    }

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// How many failures of this kind end a call; `None` where they count with the others.
    #[must_use]
    pub const fn max_attempts(&self) -> Option<u32> {
        self.max_attempts
    }

    /// How many tokens of the retry budget a retry after such a failure costs, if not as many as
    /// the budget says.
    #[must_use]
    pub const fn cost(&self) -> Option<f64> {
        self.cost
    }

    /// With this many failures of the kind before a call gives up: at least 1.
    #[must_use]
    pub const fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// With this growth.
    #[must_use]
    pub const fn with_strategy(mut self, strategy: Strategy) -> Self {
        self.strategy = Some(strategy);
        self
    }

    /// With this first delay: at most the cap.
    #[must_use]
    pub const fn with_initial_delay(mut self, delay: Duration) -> Self {
        self.initial_delay = Some(delay);
        self
    }

    /// With this cap.
    #[must_use]
    pub const fn with_max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = Some(delay);
        self
    }

    /// With this factor of the exponential strategy: finite, at least 1.
    #[must_use]
    pub const fn with_multiplier(mut self, factor: f64) -> Self {
        self.multiplier = Some(factor);
        self
    }

    /// With this spread.
    #[must_use]
    pub const fn with_jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = Some(jitter);
        self
    }

    /// With this cost in tokens of the retry budget: finite, from 0, which is free.
    #[must_use]
    pub const fn with_cost(mut self, tokens: f64) -> Self {
        self.cost = Some(tokens);
        self
    }
}
