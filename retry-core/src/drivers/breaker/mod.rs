//! A circuit breaker: no calls to who is down, and a gentle return once they are up.
//!
//! Calls to a server that does not answer cost their callers time and the server its recovery. A
//! [`CircuitBreaker`] counts how calls end, and when too many fail it *opens*: for a while calls
//! wait, or are refused at once; then a single one tries, and when it succeeds the others follow
//! little by little. It is a [`Gate`](crate::Gate), and one breaker stands before all calls to one
//! server, in as many handles as there are.
//!
//! ```
//! use retry_core::{BreakerPolicy, CircuitBreaker, CircuitState, OnOpen};
//!
//! const POLICY: BreakerPolicy =
//!     BreakerPolicy::new().with_consecutive_failures(5).with_on_open(OnOpen::Refuse);
//!
//! let breaker = CircuitBreaker::new(POLICY).with_name("inventory");
//! assert_eq!(breaker.state(), CircuitState::Closed);
//! ```

mod cause;
mod changes;
mod gate;
mod health;
mod snapshot;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::watch;

use crate::drivers::epoch;
use crate::drivers::observing;
use crate::drivers::seeds::Seeds;
use crate::machines::breaker::{Breaker, Effects, Manual};
use crate::seams::clock::{Clock, TokioClock};
use crate::values::breaker_policy::BreakerPolicy;
use crate::values::circuit::{CircuitChange, CircuitState};
use crate::values::event::Event;

pub use health::HealthAnswer;
pub use snapshot::BreakerSnapshot;

use health::Health;

/// No calls to who is down, and a gentle return once they are up. Clones are the same breaker.
///
/// It counts how calls end, and when too many fail it *opens*: calls wait, or are refused at once, as
/// its [`BreakerPolicy`] says, which has all about when and for how long. Then one tries, and when
/// it succeeds the others follow little by little. One breaker stands before all calls to one
/// server: in as many handles as there are, each of which is given a clone. It is a
/// [`Gate`](crate::Gate), whose page says when it is of use.
///
/// A call that meets a closed circuit costs one load before and a few lock-free steps after it, and
/// allocates nothing. Its time is that of the calls: each tells its own clock.
///
/// ```
/// use retry_core::{BreakerPolicy, CircuitBreaker, CircuitState, Retry, RetryPolicy};
///
/// let breaker = CircuitBreaker::new(BreakerPolicy::new()).with_name("inventory");
/// let read = Retry::new(RetryPolicy::new()).with_circuit_breaker(breaker.clone());
/// let write = Retry::new(RetryPolicy::new().with_max_attempts(2))
///     .with_circuit_breaker(breaker.clone());
/// assert_eq!(breaker.state(), CircuitState::Closed);
/// ```
#[derive(Clone)]
pub struct CircuitBreaker(Arc<Shared>);

struct Shared {
    machine: Breaker,
    extras: OnceLock<Box<Extras>>,
}

/// What most breakers go without.
#[derive(Default)]
struct Extras {
    name: Option<Arc<str>>,
    clock: Option<Arc<dyn Clock>>,
    health: Option<Health>,
    closes_when_healthy: bool,
    changes: OnceLock<watch::Sender<CircuitChange>>,
}

impl CircuitBreaker {
    /// A breaker that is closed.
    #[must_use]
    pub fn new(policy: BreakerPolicy) -> Self {
        let machine = Breaker::new(policy, Seeds::Process.next().get());
        Self(Arc::new(Shared { machine, extras: OnceLock::new() }))
    }

    /// With a name, which its refusals carry.
    ///
    /// # Panics
    ///
    /// When the breaker has been cloned already.
    #[must_use]
    pub fn with_name(self, name: impl Into<Arc<str>>) -> Self {
        self.with(|extras| extras.name = Some(name.into()))
    }

    /// With waits that are the same in every run.
    ///
    /// # Panics
    ///
    /// When the breaker has been cloned already.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.own().machine.set_seed(seed);
        self
    }

    /// With this time for [`snapshot`](Self::snapshot) and [`set_policy`](Self::set_policy): the clock
    /// of its calls, where that is not tokio's.
    ///
    /// # Panics
    ///
    /// When the breaker has been cloned already.
    #[must_use]
    pub fn with_clock(self, clock: impl Clock + 'static) -> Self {
        self.with(|extras| extras.clock = Some(Arc::new(clock)))
    }

    /// With a check of the other side that runs every `interval` while the circuit is open, first
    /// after one interval. A good one ends the wait: the next call, or one that waits, tries. The
    /// check runs as a task of the runtime that the call which opened the circuit ran in, or else
    /// of the one that this is called in; without either there are no checks. It ends with the last
    /// handle of the breaker. One that panics, or takes longer than `interval` and a second, is a
    /// bad one.
    ///
    /// ```
    /// use std::time::Duration;
    /// use retry_core::{BreakerPolicy, CircuitBreaker};
    /// use tokio::net::TcpStream;
    ///
    /// let breaker = CircuitBreaker::new(BreakerPolicy::new()).with_health_check(
    ///     Duration::from_secs(1),
    ///     || async { TcpStream::connect("inventory:80").await.is_ok() },
    /// );
    /// ```
    ///
    /// # Panics
    ///
    /// When `interval` is zero, or the breaker has been cloned already.
    #[must_use]
    pub fn with_health_check<C, F>(self, interval: Duration, check: C) -> Self
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output: HealthAnswer> + Send + 'static,
    {
        assert!(!interval.is_zero(), "the interval of a health check must be above zero");
        self.with(|extras| extras.health = Some(Health::new(interval, check)))
    }

    /// A good health check closes the circuit, and does not only let a call try.
    ///
    /// # Panics
    ///
    /// When the breaker has been cloned already.
    #[must_use]
    pub fn closing_when_healthy(self) -> Self {
        self.with(|extras| extras.closes_when_healthy = true)
    }

    fn with(mut self, change: impl FnOnce(&mut Extras)) -> Self {
        let extras = &mut self.own().extras;
        let mut changed = extras.take().unwrap_or_default();
        change(&mut changed);
        *extras = OnceLock::from(changed);
        self
    }

    fn own(&mut self) -> &mut Shared {
        Arc::get_mut(&mut self.0).expect("a breaker is set up before it is cloned")
    }

    /// What it goes by at present.
    #[must_use]
    pub fn policy(&self) -> BreakerPolicy {
        self.0.machine.policy()
    }

    /// Goes by this policy from here on, in all clones.
    ///
    /// The breaker stays the same one: its state, the calls that wait, run, or try whether the other
    /// side is up, its counters, and whoever watches it. A window of another size, time or sort keeps
    /// the part of failures and of slow calls that it has seen. What is stricter now than what the
    /// window holds opens the circuit with the next outcome. An open one waits no longer than it could
    /// under the new policy; a call that waits goes on waiting, also where the next is refused, and
    /// for as long as it was promised. Setting the policy that it has changes nothing.
    ///
    /// A call that begins or ends while another thread sets the policy may be judged by some of the
    /// old settings and some of the new.
    ///
    /// ```
    /// use retry_core::{BreakerPolicy, CircuitBreaker, Window};
    ///
    /// let breaker = CircuitBreaker::new(BreakerPolicy::new());
    /// breaker.clone().set_policy(BreakerPolicy::new().with_window(Window::Count(500)));
    /// assert_eq!(breaker.policy().window(), Some(Window::Count(500)));
    /// ```
    pub fn set_policy(&self, policy: BreakerPolicy) {
        self.0.let_loose(self.0.machine.set_policy(&policy, self.0.own_now()));
    }

    /// The name, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.extras.get()?.name.as_deref()
    }

    /// What it does with calls at present. An open circuit whose wait is over is open until the
    /// next call comes.
    #[must_use]
    pub fn state(&self) -> CircuitState {
        self.0.machine.state()
    }

    /// Lets no call through until [`reset`](Self::reset); those who wait are refused.
    pub fn force_open(&self) {
        self.set(Manual::ForceOpen);
    }

    /// Lets every call through and counts none, until [`reset`](Self::reset); those who wait go at
    /// once.
    pub fn disable(&self) {
        self.set(Manual::Disable);
    }

    /// Lets every call through and counts them, until [`reset`](Self::reset), and in the
    /// [`snapshot`](Self::snapshot) how often it would have opened; those who wait go at once.
    pub fn observe_only(&self) {
        self.set(Manual::ObserveOnly);
    }

    /// Closes the circuit, whatever state it is in, and forgets what it has counted. Where callers
    /// wait, they are let in little by little, and it is closed after the last of them.
    pub fn reset(&self) {
        self.set(Manual::Close);
    }

    /// Ends what [`disable`](Self::disable) began: the same as [`reset`](Self::reset).
    pub fn enable(&self) {
        self.reset();
    }

    fn set(&self, manual: Manual) {
        self.0.let_loose(self.0.machine.set(manual));
    }
}

impl Shared {
    /// The time where no call tells it.
    fn own_now(&self) -> u64 {
        match self.extras.get().and_then(|extras| extras.clock.as_deref()) {
            Some(clock) => epoch::now(clock),
            None => epoch::now(&TokioClock),
        }
    }

    fn name(&self) -> Option<Arc<str>> {
        self.extras.get()?.name.clone()
    }

    /// What a step has left to do, with the lock free again.
    fn let_loose(self: &Arc<Self>, effects: Effects) {
        let Effects { change, wake, spent } = effects;
        if let Some(change) = change {
            self.publish(change);
            let name = self.name();
            observing::tell_all(&Event::CircuitChanged { breaker: name.as_deref(), change });
            self.check_health(change);
        }
        drop(spent);
        wake.into_iter().for_each(std::task::Waker::wake);
    }
}

impl fmt::Debug for CircuitBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreaker")
            .field("name", &self.name())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
