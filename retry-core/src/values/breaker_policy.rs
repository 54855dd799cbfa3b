//! When a circuit opens, what happens meanwhile, and how it closes again, as plain data.
//!
//! A [`BreakerPolicy`] is `Copy`, built in a `const`, and valid for as long as it exists, as a
//! [`RetryPolicy`](crate::RetryPolicy) is: in a `const` a wrong value is a compile error; values
//! that are only known at run time go through [`BreakerPolicy::builder`].
//!
//! ```
//! use std::time::Duration;
//! use retry_core::{BreakerPolicy, OnOpen, Window};
//!
//! const STRICT: BreakerPolicy = BreakerPolicy::new()
//!     .with_window(Window::Time(Duration::from_secs(10)))
//!     .with_consecutive_failures(5)
//!     .with_on_open(OnOpen::Refuse);
//! ```
//!
//! ```compile_fail,E0080
//! # use retry_core::BreakerPolicy;
//! const NEVER: BreakerPolicy = BreakerPolicy::new().with_failure_ratio(0.0);
//! ```

use std::fmt;
use std::time::Duration;

use crate::values::breaker_builder::BreakerPolicyBuilder;
use crate::values::kind::ErrorKind;
use crate::values::kinds::Kinds;
use crate::values::nanos;
use crate::values::scope::Scope;

/// What the ratio of failures is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Window {
    /// The last so many calls.
    Count(u32),
    /// The calls of the last so much time, forgotten in steps of a tenth of it: at least 1 ms.
    Time(Duration),
}

/// What becomes of a call that comes while the circuit is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnOpen {
    /// It waits until the other side is up again, its deadline comes, or
    /// [`park_for`](BreakerPolicy::park_for) is over.
    Park {
        /// How many may wait at a time, at least 1; the next is refused.
        max_waiting: u32,
    },
    /// It is refused at once.
    Refuse,
}

impl OnOpen {
    /// The default: a thousand may wait.
    pub const PARK: Self = Self::Park { max_waiting: 1000 };
}

/// Whether somebody has said the minimum of calls, or it goes with the window, and changes with it.
/// Policies that say the same are the same, however they came to it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Minimum {
    Said,
    Fits,
}

impl PartialEq for Minimum {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// When a circuit opens, and how it closes again.
///
/// # Defaults
///
/// | field | default |
/// |---|---|
/// | `window` | the last 100 calls |
/// | `failure_ratio` | 0.5 |
/// | `min_calls` | 20, or all of a smaller window |
/// | `consecutive_failures` | none |
/// | `slow_call`, `slow_ratio` | none, 0.5 |
/// | `failures` | transient, timeout, network, server, unknown |
/// | `ignored` | circuit breaker |
/// | `open_for`, `max_open_for` | 5 s, 60 s |
/// | `probes`, `lease` | 1, 10 s |
/// | `on_open` | park, 1000 |
/// | `park_for`, `probe_gap` | 30 s, 100 ms |
/// | `scope` | attempt |
///
/// # When it opens
///
/// After any outcome that is counted, when at least `min_calls` are in the window and the failures
/// among them are at least `failure_ratio` of all, or the slow ones at least `slow_ratio`; or after
/// `consecutive_failures` in a row. A failure whose kind is neither in `failures` nor in `ignored`
/// shows that the other side is there, and counts as a success.
///
/// # How long it stays open
///
/// Where calls are refused, `open_for` at first, and twice as long after each recovery that fails,
/// up to `max_open_for`.
///
/// Where calls are parked, their time runs: `probe_gap` at first, and then as long as the circuit
/// has been open so far, counted from the start of the last probe. The longest is the time in which
/// three calls begin, so that probes stay a small part of the load, but not below a second, nor
/// above twice `open_for` or `max_open_for`.
///
/// Either is drawn between half and all of that, and begins anew once the circuit has been closed
/// for as long as it was last open.
///
/// # What a conflict is
///
/// A conflict under an optimistic lock, or a deadlock that the other side has broken, is an answer,
/// and no reason to open. Their kind is transient, which other errors are called that are an outage:
/// so it is among the `failures`, until a policy says otherwise.
///
/// ```
/// use retry_core::{BreakerPolicy, ErrorKind};
///
/// const DATABASE: BreakerPolicy = BreakerPolicy::new()
///     .with_failures(BreakerPolicy::new().failures().without(ErrorKind::Transient));
/// ```
#[derive(Clone, Copy, PartialEq)]
pub struct BreakerPolicy {
    pub(crate) window: u64,
    pub(crate) window_unit: WindowUnit,
    pub(crate) failure_ratio: f64,
    pub(crate) slow_ratio: f64,
    pub(crate) min_calls: u32,
    pub(crate) minimum: Minimum,
    /// 0 for none.
    pub(crate) consecutive_failures: u32,
    /// 0 for none.
    pub(crate) slow_call: u64,
    pub(crate) failures: Kinds,
    pub(crate) ignored: Kinds,
    pub(crate) open_for: u64,
    pub(crate) max_open_for: u64,
    pub(crate) probes: u32,
    pub(crate) lease: u64,
    /// 0 to refuse at once.
    pub(crate) max_waiting: u32,
    pub(crate) park_for: u64,
    pub(crate) probe_gap: u64,
    pub(crate) scope: Scope,
}

/// What the number in a policy's window counts. The two apart are shorter than a [`Window`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WindowUnit {
    Nothing,
    Calls,
    Nanos,
}

impl BreakerPolicy {
    /// The defaults above.
    #[must_use]
    pub const fn new() -> Self {
        DEFAULTS.build_const()
    }

    /// A builder that starts from the defaults and reports a wrong value as an error.
    #[must_use]
    pub const fn builder() -> BreakerPolicyBuilder {
        DEFAULTS
    }

    /// A builder that starts from this policy.
    #[must_use]
    pub const fn to_builder(self) -> BreakerPolicyBuilder {
        BreakerPolicyBuilder {
            window: self.window(),
            failure_ratio: self.failure_ratio,
            slow_ratio: self.slow_ratio,
            min_calls: match self.minimum {
                Minimum::Said => Some(self.min_calls),
                Minimum::Fits => None,
            },
            consecutive_failures: self.consecutive_failures(),
            slow_call: self.slow_call(),
            failures: self.failures,
            ignored: self.ignored,
            open_for: self.open_for(),
            max_open_for: self.max_open_for(),
            probes: self.probes,
            lease: self.lease(),
            on_open: self.on_open(),
            park_for: self.park_for(),
            probe_gap: self.probe_gap(),
            scope: self.scope,
            parking: None,
        }
    }

    /// What the ratios are taken over; `None` when only failures in a row are counted.
    #[must_use]
    pub const fn window(&self) -> Option<Window> {
        match self.window_unit {
            WindowUnit::Nothing => None,
            #[allow(clippy::cast_possible_truncation)] // it came from a `u32`
            WindowUnit::Calls => Some(Window::Count(self.window as u32)),
            WindowUnit::Nanos => Some(Window::Time(Duration::from_nanos(self.window))),
        }
    }

    /// The part of failures that opens the circuit, in `0..=1` without 0.
    #[must_use]
    pub const fn failure_ratio(&self) -> f64 {
        self.failure_ratio
    }

    /// How many calls the window holds at least before a ratio means anything.
    #[must_use]
    pub const fn min_calls(&self) -> u32 {
        self.min_calls
    }

    /// How many failures in a row open the circuit, whatever the window holds.
    #[must_use]
    pub const fn consecutive_failures(&self) -> Option<u32> {
        if self.consecutive_failures == 0 { None } else { Some(self.consecutive_failures) }
    }

    /// The time after which a call is slow, also while it is still running; `None` when time does
    /// not matter, and then is not read.
    #[must_use]
    pub const fn slow_call(&self) -> Option<Duration> {
        if self.slow_call == 0 { None } else { Some(Duration::from_nanos(self.slow_call)) }
    }

    /// The part of slow calls that opens the circuit, in `0..=1` without 0.
    #[must_use]
    pub const fn slow_ratio(&self) -> f64 {
        self.slow_ratio
    }

    /// The kinds that count as a failure.
    #[must_use]
    pub const fn failures(&self) -> Kinds {
        self.failures
    }

    /// The kinds that count as nothing, also where they are in `failures`.
    #[must_use]
    pub const fn ignored(&self) -> Kinds {
        self.ignored
    }

    /// How long the circuit stays open at first, where calls are refused; where they are parked, half
    /// of the longest time.
    #[must_use]
    pub const fn open_for(&self) -> Duration {
        Duration::from_nanos(self.open_for)
    }

    /// How long the circuit stays open at most, however often a recovery failed.
    #[must_use]
    pub const fn max_open_for(&self) -> Duration {
        Duration::from_nanos(self.max_open_for)
    }

    /// How many calls try whether the other side is up again.
    #[must_use]
    pub const fn probes(&self) -> u32 {
        self.probes
    }

    /// How long such a call may take before another one tries in its place, and its own outcome no
    /// longer matters.
    #[must_use]
    pub const fn lease(&self) -> Duration {
        Duration::from_nanos(self.lease)
    }

    /// What becomes of a call that comes while the circuit is open.
    #[must_use]
    pub const fn on_open(&self) -> OnOpen {
        match self.max_waiting {
            0 => OnOpen::Refuse,
            max_waiting => OnOpen::Park { max_waiting },
        }
    }

    /// How long a call waits at most, if its own deadline does not come first.
    #[must_use]
    pub const fn park_for(&self) -> Duration {
        Duration::from_nanos(self.park_for)
    }

    /// How long the circuit stays open at first, where calls are parked; not above `open_for`.
    #[must_use]
    pub const fn probe_gap(&self) -> Duration {
        Duration::from_nanos(self.probe_gap)
    }

    /// Whether each attempt is counted, or the call as a whole.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    pub(crate) const fn parks(&self) -> bool {
        self.max_waiting != 0
    }
}

/// With the values as they were given, and not as they are packed: it stands in a warning.
#[allow(clippy::missing_fields_in_debug)] // `window_unit` and `max_waiting` are parts of others
impl fmt::Debug for BreakerPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BreakerPolicy")
            .field("window", &self.window())
            .field("failure_ratio", &self.failure_ratio)
            .field("min_calls", &self.min_calls)
            .field("consecutive_failures", &self.consecutive_failures())
            .field("slow_call", &self.slow_call())
            .field("slow_ratio", &self.slow_ratio)
            .field("failures", &self.failures)
            .field("ignored", &self.ignored)
            .field("open_for", &self.open_for())
            .field("max_open_for", &self.max_open_for())
            .field("probes", &self.probes)
            .field("lease", &self.lease())
            .field("on_open", &self.on_open())
            .field("park_for", &self.park_for())
            .field("probe_gap", &self.probe_gap())
            .field("scope", &self.scope)
            .finish()
    }
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self::new()
    }
}

const DEFAULTS: BreakerPolicyBuilder = BreakerPolicyBuilder {
    window: Some(Window::Count(100)),
    failure_ratio: 0.5,
    slow_ratio: 0.5,
    min_calls: None,
    consecutive_failures: None,
    slow_call: None,
    failures: Kinds::of(&[
        ErrorKind::Transient,
        ErrorKind::Timeout,
        ErrorKind::Network,
        ErrorKind::Server,
        ErrorKind::Unknown,
    ]),
    ignored: Kinds::of(&[ErrorKind::CircuitBreaker]),
    open_for: Duration::from_secs(5),
    max_open_for: Duration::from_secs(60),
    probes: 1,
    lease: Duration::from_secs(10),
    on_open: OnOpen::PARK,
    park_for: Duration::from_secs(30),
    probe_gap: Duration::from_millis(100),
    scope: Scope::Attempt,
    parking: None,
};

impl BreakerPolicyBuilder {
    /// The policy of fields that were checked.
    pub(crate) const fn packed(self) -> BreakerPolicy {
        let (window, window_unit) = match self.window {
            None => (0, WindowUnit::Nothing),
            Some(Window::Count(calls)) => (calls as u64, WindowUnit::Calls),
            Some(Window::Time(time)) => (nanos::saturating(time), WindowUnit::Nanos),
        };
        let max_waiting = match self.on_open {
            OnOpen::Park { max_waiting } => max_waiting,
            OnOpen::Refuse => 0,
        };
        let (consecutive_failures, slow_call) = match (self.consecutive_failures, self.slow_call) {
            (Some(failures), Some(slow)) => (failures, nanos::saturating(slow)),
            (Some(failures), None) => (failures, 0),
            (None, Some(slow)) => (0, nanos::saturating(slow)),
            (None, None) => (0, 0),
        };
        BreakerPolicy {
            window,
            window_unit,
            failure_ratio: self.failure_ratio,
            slow_ratio: self.slow_ratio,
            min_calls: self.least_calls(),
            minimum: if self.min_calls.is_some() { Minimum::Said } else { Minimum::Fits },
            consecutive_failures,
            slow_call,
            failures: self.failures,
            ignored: self.ignored,
            open_for: nanos::saturating(self.open_for),
            max_open_for: nanos::saturating(self.max_open_for),
            probes: self.probes,
            lease: nanos::saturating(self.lease),
            max_waiting,
            park_for: nanos::saturating(self.park_for),
            probe_gap: nanos::saturating(self.probe_gap),
            scope: self.scope,
        }
    }
}
