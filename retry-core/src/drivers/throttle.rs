//! A gate that rejects locally what an overloaded service would reject anyway.
//!
//! ```
//! use retry_core::{Throttle, ThrottlePolicy};
//!
//! let search = Throttle::new(ThrottlePolicy::new()).with_name("search").with_seed(7);
//! ```

use std::sync::Arc;

use crate::drivers::epoch;
use crate::drivers::seeds::Seeds;
use crate::machines::throttle::ThrottleMachine;
use crate::seams::clock::Clock;
use crate::seams::gate::{Admission, Gate, Outcome, Pass, Request, Settlement};
use crate::values::kind::ErrorKind;
use crate::values::refusal::Refusal;
use crate::values::stop::StopReason;
use crate::values::throttle_policy::ThrottlePolicy;

/// Rejects on this side what an overloaded service would reject anyway. Clones share the counts.
///
/// To say no costs an overloaded server nearly as much as to say yes, so the client says it: with the
/// probability `max(0, (requests − K × accepts) / (requests + 1))`, over the last two minutes unless
/// set. Some requests always go out, and show when it is over.
///
/// Accepted is what succeeded, and every failure that does not speak of an overload: all kinds but
/// transient, timeout, rate limit, network and server. A request counts when it ends; one that was
/// abandoned does not count, one that was rejected here does.
///
/// Source: "Site Reliability Engineering", chapter 21, "Handling Overload".
///
/// ```
/// use retry_core::{Retry, RetryPolicy, Throttle, ThrottlePolicy};
///
/// let search = Throttle::new(ThrottlePolicy::new()).with_name("search");
/// let retry = Retry::new(RetryPolicy::new()).with_throttle(search.clone());
/// ```
#[derive(Clone, Debug)]
pub struct Throttle(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    machine: ThrottleMachine,
    policy: ThrottlePolicy,
    seed: u64,
    name: Option<Arc<str>>,
}

impl Throttle {
    /// A throttle that has seen nothing, with a random stream of its own.
    #[must_use]
    pub fn new(policy: ThrottlePolicy) -> Self {
        Self::build(policy, Seeds::Process.next().get(), None)
    }

    /// A throttle that has seen nothing, with this name for its refusals. It shares nothing with the
    /// clones that were made before.
    #[must_use]
    pub fn with_name(self, name: impl Into<Arc<str>>) -> Self {
        Self::build(self.0.policy, self.0.seed, Some(name.into()))
    }

    /// A throttle that has seen nothing, and draws the same numbers in every run.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self::build(self.0.policy, seed, self.0.name.clone())
    }

    fn build(policy: ThrottlePolicy, seed: u64, name: Option<Arc<str>>) -> Self {
        let machine = ThrottleMachine::new(policy, seed);
        Self(Arc::new(Inner { machine, policy, seed, name }))
    }

    /// The probability with which a request is rejected now.
    #[must_use]
    pub fn probability(&self, clock: &dyn Clock) -> f64 {
        self.0.machine.probability(epoch::now(clock))
    }

    fn ended(&self, failure: Option<ErrorKind>, clock: &dyn Clock) {
        self.0.machine.ended(failure, epoch::now(clock));
    }
}

impl Gate for Throttle {
    fn admit(&self, request: &Request<'_>) -> Admission {
        if self.0.machine.admit(epoch::now(request.clock())) {
            return Admission::Go(Pass::default());
        }
        Admission::Refuse(Refusal::new(StopReason::Throttled).by(self.0.name.clone()))
    }

    fn settle(&self, _: Pass, settlement: &Settlement<'_>) {
        match settlement.outcome() {
            Outcome::Success => self.ended(None, settlement.clock()),
            Outcome::Failure(kind) => self.ended(Some(kind), settlement.clock()),
            Outcome::Abandoned => {}
        }
    }
}
