//! A gate that slows everybody down when a service says that there are too many.
//!
//! ```
//! use retry_core::{RateLimit, RateLimitPolicy};
//!
//! let search = RateLimit::new(RateLimitPolicy::new()).with_name("search");
//! assert_eq!(search.snapshot().rate, None);
//! ```

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use crate::drivers::epoch;
use crate::machines::measure::Measure;
use crate::machines::rate_limit::{RateLimitMachine, Turn};
use crate::seams::clock::Clock;
use crate::seams::gate::{Admission, Gate, Held, Outcome, Pass, Request, Settlement, Ticket};
use crate::values::kind::ErrorKind;
use crate::values::nanos;
use crate::values::rate_limit_policy::RateLimitPolicy;
use crate::values::refusal::Refusal;
use crate::values::stop::StopReason;

/// The rate may have grown since: who waits looks again after this much.
const LOOK_AGAIN: u64 = nanos::PER_SECOND;
/// While the limit is off, one call in so many reads the clock, so that the first throttle finds a
/// rate to cut.
const CALLS_PER_LOOK: u64 = 64;

/// A client-side rate limit for one service; clones share it.
///
/// Off until an attempt fails with [`ErrorKind::RateLimit`]. From then on attempts wait for their
/// turn, at a rate that is cut by each further throttle and grows with successes, until it is past
/// the demand. The wait that such a failure asks for holds every attempt back, whichever call it is
/// of, and then they go one by one. An attempt whose turn would come after its call's deadline, or
/// after `max_wait`, is refused at once and takes no turn.
///
/// ```
/// use retry_core::{RateLimit, RateLimitPolicy, Retry, RetryPolicy};
///
/// let search = RateLimit::new(RateLimitPolicy::new()).with_name("search");
/// let retry = Retry::new(RetryPolicy::new()).with_rate_limit(search.clone());
/// assert_eq!(search.snapshot().rate, None);
/// ```
#[derive(Clone, Debug)]
pub struct RateLimit {
    inner: Arc<Inner>,
    name: Option<Arc<str>>,
}

#[derive(Debug)]
struct Inner {
    calls: AtomicU64,
    /// How often the rate was cut, doubled, and one more while the limit is on.
    cuts: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    policy: RateLimitPolicy,
    on: Option<RateLimitMachine>,
    measure: Measure,
}

/// A rate limit at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RateLimitSnapshot {
    /// Attempts per second; `None` while the limit is off.
    pub rate: Option<f64>,
    /// No attempt starts before this time, because the service asked for it.
    pub held_until: Option<Instant>,
}

impl RateLimit {
    /// A limit that is off.
    #[must_use]
    pub fn new(policy: RateLimitPolicy) -> Self {
        let state = State { policy, on: None, measure: Measure::default() };
        let inner =
            Inner { calls: AtomicU64::new(0), cuts: AtomicU64::new(0), state: Mutex::new(state) };
        Self { inner: Arc::new(inner), name: None }
    }

    /// With a name for its refusals. Clones made before keep theirs.
    #[must_use]
    pub fn with_name(self, name: impl Into<Arc<str>>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// What it goes by at present.
    #[must_use]
    pub fn policy(&self) -> RateLimitPolicy {
        self.lock().policy
    }

    /// Goes by this policy from here on, in all clones.
    ///
    /// A limit that is on stays on, at its rate, or at the new least one where it was below; whoever
    /// waits keeps its turn, unless that is further away than the new longest wait when it next looks,
    /// which is within a second, or at the end of a hint.
    ///
    /// ```
    /// use retry_core::{RateLimit, RateLimitPolicy};
    ///
    /// let limit = RateLimit::new(RateLimitPolicy::new());
    /// limit.clone().set_policy(RateLimitPolicy::new().with_beta(0.5));
    /// assert_eq!(limit.policy(), RateLimitPolicy::new().with_beta(0.5));
    /// ```
    pub fn set_policy(&self, policy: RateLimitPolicy) {
        let mut state = self.lock();
        state.policy = policy;
        if let Some(limit) = &mut state.on {
            limit.set_policy(policy);
        }
    }

    /// What it does now.
    #[must_use]
    pub fn snapshot(&self) -> RateLimitSnapshot {
        let state = self.lock();
        let held = state.on.as_ref().map(RateLimitMachine::held_until).filter(|held| *held > 0);
        RateLimitSnapshot {
            rate: state.on.as_ref().map(RateLimitMachine::rate),
            held_until: held.and_then(epoch::instant_at),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A pass for an attempt that starts now, which it counts.
    fn pass(&self, cuts: u64) -> (Pass, u64) {
        let calls = self.inner.calls.fetch_add(1, Ordering::Relaxed);
        (Pass(cuts >> 1, 0), calls)
    }

    fn admit_off(&self, cuts: u64, clock: &dyn Clock) -> Admission {
        let (pass, calls) = self.pass(cuts);
        if calls % CALLS_PER_LOOK == 0 {
            let now = epoch::now(clock);
            // Whoever holds the lock looks as well.
            if let Ok(mut state) = self.inner.state.try_lock() {
                state.measure.mark(calls, now);
            }
        }
        Admission::Go(pass)
    }

    fn admit_on(&self, cuts: u64, request: &Request<'_>) -> Admission {
        let now = epoch::now(request.clock());
        let mut state = self.lock();
        let State { on: Some(limit), measure, policy } = &mut *state else {
            return Admission::Go(self.pass(cuts).0);
        };
        if limit.go(now) {
            let (pass, calls) = self.pass(cuts);
            measure.mark(calls, now);
            return Admission::Go(pass);
        }
        let wait = limit.wait(now);
        if wait > longest(*policy, request, now) {
            drop(state);
            return Admission::Refuse(self.refusal(wait));
        }
        Admission::Hold(Ticket(limit.queue(now)))
    }

    fn refusal(&self, wait: u64) -> Refusal {
        Refusal::new(StopReason::Throttled)
            .by(self.name.clone())
            .for_another(Some(Duration::from_nanos(wait)))
    }

    fn throttled(&self, pass: Pass, hint: Option<Duration>, clock: &dyn Clock) {
        let now = epoch::now(clock);
        let calls = self.inner.calls.load(Ordering::Relaxed);
        let mut state = self.lock();
        let began_before_cut = pass.0 != self.inner.cuts.load(Ordering::Relaxed) >> 1;
        let State { on, measure, policy } = &mut *state;
        let cut = if let Some(limit) = on {
            limit.throttled(began_before_cut, measure.rate(calls, now), now)
        } else {
            let measured = measure.rate_or_less(calls, now);
            *on = Some(RateLimitMachine::new(*policy, measured, now));
            true
        };
        if let (Some(limit), Some(hint)) = (on, hint) {
            limit.hold(now.saturating_add(nanos::saturating(hint)), now);
            measure.restart(calls, limit.held_until());
        }
        if cut {
            let cuts = self.inner.cuts.load(Ordering::Relaxed) >> 1;
            self.inner.cuts.store((cuts + 1) << 1 | 1, Ordering::Relaxed);
        }
    }

    fn succeeded(&self, clock: &dyn Clock) {
        let now = epoch::now(clock);
        let calls = self.inner.calls.load(Ordering::Relaxed);
        let mut state = self.lock();
        let State { on, measure, .. } = &mut *state;
        let measured = measure.rate(calls, now);
        if on.as_mut().is_some_and(|limit| limit.succeeded(measured, now)) {
            *on = None;
            self.inner.cuts.fetch_and(!1, Ordering::Relaxed);
        }
    }
}

/// The longest that an attempt may wait, in nanoseconds.
fn longest(policy: RateLimitPolicy, request: &Request<'_>, now: u64) -> u64 {
    let left = request
        .deadline()
        .map_or(u64::MAX, |deadline| epoch::nanos_at(deadline).saturating_sub(now));
    left.min(nanos::saturating(policy.max_wait))
}

impl Gate for RateLimit {
    fn admit(&self, request: &Request<'_>) -> Admission {
        let cuts = self.inner.cuts.load(Ordering::Relaxed);
        if cuts & 1 == 0 {
            self.admit_off(cuts, request.clock())
        } else {
            self.admit_on(cuts, request)
        }
    }

    /// Waits for the time only, so the waker is not kept.
    fn ask_again(&self, ticket: Ticket, request: &Request<'_>, _: &Waker) -> Held {
        let now = epoch::now(request.clock());
        let cuts = self.inner.cuts.load(Ordering::Relaxed);
        let mut state = self.lock();
        let State { on: Some(limit), measure, policy } = &mut *state else {
            return Held::Go(self.pass(cuts).0);
        };
        match limit.turn(ticket.0, now) {
            Turn::Now => {
                limit.went();
                let (pass, calls) = self.pass(cuts);
                measure.mark(calls, now);
                Held::Go(pass)
            }
            Turn::In(wait) if wait > longest(*policy, request, now) => {
                limit.leave(ticket.0);
                drop(state);
                Held::Refuse(self.refusal(wait))
            }
            Turn::In(wait) => {
                let held = limit.held_until().saturating_sub(now);
                Held::Wait(Some(Duration::from_nanos(wait.min(LOOK_AGAIN.max(held)))))
            }
        }
    }

    fn leave(&self, ticket: Ticket, _: &dyn Clock) {
        if let Some(limit) = &mut self.lock().on {
            limit.leave(ticket.0);
        }
    }

    fn settle(&self, pass: Pass, settlement: &Settlement<'_>) {
        match settlement.outcome() {
            Outcome::Failure(ErrorKind::RateLimit) => {
                self.throttled(pass, settlement.hint(), settlement.clock());
            }
            Outcome::Success if self.inner.cuts.load(Ordering::Relaxed) & 1 == 1 => {
                self.succeeded(settlement.clock());
            }
            _ => {}
        }
    }
}
