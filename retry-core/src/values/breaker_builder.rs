//! A breaker's policy in the making, and all that can be wrong with one.

use std::time::Duration;

use crate::values::breaker_error::{BreakerBound as Bound, BreakerError, BreakerField as Field};
use crate::values::breaker_policy::{BreakerPolicy, OnOpen, Window};
use crate::values::kinds::Kinds;
use crate::values::nanos;
use crate::values::policy_error::PolicyValue as Value;
use crate::values::scope::Scope;

/// The shortest window of time.
const SHORTEST_WINDOW: Duration = Duration::from_millis(1);

/// The minimum of calls where the window is large enough.
const USUAL_MINIMUM: u32 = 20;

/// A breaker's policy in the making; the fields may be wrong until [`build`](Self::build) has
/// looked at them.
#[derive(Clone, Copy, Debug)]
pub struct BreakerPolicyBuilder {
    pub(crate) window: Option<Window>,
    pub(crate) failure_ratio: f64,
    pub(crate) slow_ratio: f64,
    /// Where nobody has said, what fits the window.
    pub(crate) min_calls: Option<u32>,
    pub(crate) consecutive_failures: Option<u32>,
    pub(crate) slow_call: Option<Duration>,
    pub(crate) failures: Kinds,
    pub(crate) ignored: Kinds,
    pub(crate) open_for: Duration,
    pub(crate) max_open_for: Duration,
    pub(crate) probes: u32,
    pub(crate) lease: Duration,
    pub(crate) on_open: OnOpen,
    pub(crate) park_for: Duration,
    pub(crate) probe_gap: Duration,
    pub(crate) scope: Scope,
    /// The field that only matters to those who wait, if one was set.
    pub(crate) parking: Option<(Field, Duration)>,
}

macro_rules! setters {
    ($($(#[$doc:meta])* $field:ident: $type:ty;)*) => {
        impl BreakerPolicyBuilder {
            $(
                $(#[$doc])*
                #[must_use]
                pub const fn $field(self, $field: $type) -> Self {
                    Self { $field, ..self }
                }
            )*
        }
    };
}

setters! {
    /// The part of failures that opens the circuit: in `0..=1` without 0.
    failure_ratio: f64;
    /// The part of slow calls that opens the circuit: in `0..=1` without 0.
    slow_ratio: f64;
    /// The kinds that count as a failure.
    failures: Kinds;
    /// The kinds that count as nothing.
    ignored: Kinds;
    /// How long the circuit stays open at first: above zero.
    open_for: Duration;
    /// How long the circuit stays open at most: at least `open_for`.
    max_open_for: Duration;
    /// How many calls try whether the other side is up again: at least 1.
    probes: u32;
    /// How long such a call may take before another tries in its place: above zero.
    lease: Duration;
    /// What becomes of a call that comes while the circuit is open.
    on_open: OnOpen;
    /// Whether each attempt is counted, or the call as a whole.
    scope: Scope;
}

impl BreakerPolicyBuilder {
    /// What the ratios are taken over: at least one call, or 1 ms.
    #[must_use]
    pub const fn window(self, window: Window) -> Self {
        Self { window: Some(window), ..self }
    }

    /// How many calls the window holds at least before a ratio means anything: at least 1, at most
    /// a window of calls. Unless set, 20, or all of a smaller window.
    #[must_use]
    pub const fn min_calls(self, calls: u32) -> Self {
        Self { min_calls: Some(calls), ..self }
    }

    /// How long a call waits at most: above zero, and only where calls are parked.
    #[must_use]
    pub const fn park_for(self, time: Duration) -> Self {
        Self { park_for: time, parking: Some((Field::ParkFor, time)), ..self }
    }

    /// How long the circuit stays open at first, where calls are parked: above zero, and only there.
    #[must_use]
    pub const fn probe_gap(self, time: Duration) -> Self {
        Self { probe_gap: time, parking: Some((Field::ProbeGap, time)), ..self }
    }

    /// Whether calls wait at an open circuit.
    #[cfg(feature = "serde")]
    pub(crate) const fn parks(&self) -> bool {
        matches!(self.on_open, OnOpen::Park { .. })
    }

    /// The minimum that was set, or what fits the window.
    pub(crate) const fn least_calls(&self) -> u32 {
        match (self.min_calls, self.window) {
            (Some(calls), _) => calls,
            (None, Some(Window::Count(calls))) if calls < USUAL_MINIMUM => calls,
            (None, _) => USUAL_MINIMUM,
        }
    }

    /// Without ratios: only failures in a row count, which then have to be set.
    #[must_use]
    pub const fn without_window(self) -> Self {
        Self { window: None, ..self }
    }

    /// How many failures in a row open the circuit: at least 1.
    #[must_use]
    pub const fn consecutive_failures(self, failures: u32) -> Self {
        Self { consecutive_failures: Some(failures), ..self }
    }

    /// The time after which a call is slow: above zero, and only with a window.
    #[must_use]
    pub const fn slow_call(self, limit: Duration) -> Self {
        Self { slow_call: Some(limit), ..self }
    }

    /// The policy.
    ///
    /// # Errors
    ///
    /// The first field that is out of its bound: a window of no calls or below 1 ms, no window and
    /// no failures in a row either, a ratio that is not in `0..=1` or is 0, a minimum of no calls
    /// or above a window of calls, a count of 0, a time of zero or above 584 years, `max_open_for`
    /// below `open_for`, slow calls without a window, a time of those who wait where calls are
    /// refused.
    pub const fn build(self) -> Result<BreakerPolicy, BreakerError> {
        if let Some(error) = self.window_error() {
            return Err(error);
        }
        if let Some(error) = self.count_error() {
            return Err(error);
        }
        if let Some(error) = self.ratio_error() {
            return Err(error);
        }
        if let Some(error) = self.time_error() {
            return Err(error);
        }
        Ok(self.packed())
    }

    /// The policy, in a `const`, where a wrong value is a compile error.
    ///
    /// # Panics
    ///
    /// Where [`build`](Self::build) returns an error; at run time use that.
    #[must_use]
    #[track_caller]
    pub const fn build_const(self) -> BreakerPolicy {
        match self.build() {
            Ok(policy) => policy,
            Err(error) => panic!("{}", error.constant_text()),
        }
    }

    const fn window_error(&self) -> Option<BreakerError> {
        match self.window {
            Some(Window::Count(0)) => {
                Some(BreakerError::new(Field::Window, Value::Count(0), Bound::AtLeastOne))
            }
            Some(Window::Count(calls)) if self.least_calls() > calls => {
                let value = Value::Count(self.least_calls());
                Some(BreakerError::new(Field::MinCalls, value, Bound::AtMostWindow(calls)))
            }
            Some(Window::Time(time)) if time.as_nanos() < SHORTEST_WINDOW.as_nanos() => {
                let bound = Bound::AtLeast(SHORTEST_WINDOW);
                Some(BreakerError::new(Field::Window, Value::Duration(time), bound))
            }
            Some(Window::Time(time)) => too_long(Field::Window, time),
            None if self.consecutive_failures.is_none() => {
                let bound = Bound::NeededWithoutWindow;
                Some(BreakerError::new(Field::ConsecutiveFailures, Value::Count(0), bound))
            }
            None => match self.slow_call {
                Some(limit) => {
                    let value = Value::Duration(limit);
                    Some(BreakerError::new(Field::SlowCall, value, Bound::OnlyWithWindow))
                }
                None => None,
            },
            Some(Window::Count(_)) => None,
        }
    }

    const fn count_error(&self) -> Option<BreakerError> {
        let field = if self.least_calls() == 0 {
            Field::MinCalls
        } else if matches!(self.consecutive_failures, Some(0)) {
            Field::ConsecutiveFailures
        } else if self.probes == 0 {
            Field::Probes
        } else if matches!(self.on_open, OnOpen::Park { max_waiting: 0 }) {
            Field::MaxWaiting
        } else {
            return None;
        };
        Some(BreakerError::new(field, Value::Count(0), Bound::AtLeastOne))
    }

    const fn ratio_error(&self) -> Option<BreakerError> {
        let ratios =
            [(Field::FailureRatio, self.failure_ratio), (Field::SlowRatio, self.slow_ratio)];
        let mut i = 0;
        while i < ratios.len() {
            let (field, ratio) = ratios[i];
            if !(ratio > 0.0 && ratio <= 1.0) {
                let value = Value::Factor(ratio);
                return Some(BreakerError::new(field, value, Bound::AboveZeroToOne));
            }
            i += 1;
        }
        None
    }

    const fn time_error(&self) -> Option<BreakerError> {
        let slow_call = match self.slow_call {
            Some(limit) => limit,
            None => SHORTEST_WINDOW,
        };
        let times = [
            (Field::SlowCall, slow_call),
            (Field::OpenFor, self.open_for),
            (Field::MaxOpenFor, self.max_open_for),
            (Field::Lease, self.lease),
            (Field::ParkFor, self.park_for),
            (Field::ProbeGap, self.probe_gap),
        ];
        let mut i = 0;
        while i < times.len() {
            let (field, time) = times[i];
            if time.is_zero() {
                return Some(BreakerError::new(field, Value::Duration(time), Bound::AboveZero));
            }
            if let Some(error) = too_long(field, time) {
                return Some(error);
            }
            i += 1;
        }
        if self.max_open_for.as_nanos() < self.open_for.as_nanos() {
            let value = Value::Duration(self.max_open_for);
            let bound = Bound::AtLeastOpenFor(self.open_for);
            return Some(BreakerError::new(Field::MaxOpenFor, value, bound));
        }
        match (self.parking, self.on_open) {
            (Some((field, time)), OnOpen::Refuse) => {
                Some(BreakerError::new(field, Value::Duration(time), Bound::OnlyWhereParked))
            }
            _ => None,
        }
    }
}

const fn too_long(field: Field, time: Duration) -> Option<BreakerError> {
    if time.as_nanos() <= nanos::LONGEST.as_nanos() {
        return None;
    }
    Some(BreakerError::new(field, Value::Duration(time), Bound::AtMost(nanos::LONGEST)))
}

macro_rules! with {
    ($($(#[$doc:meta])* $with:ident: $field:ident: $type:ty;)*) => {
        /// # Changing one field of a constant
        ///
        /// Each returns the changed policy. A wrong value panics, which in a `const` is a compile
        /// error at that line; use [`builder`](Self::builder) for values known only at run time.
        impl BreakerPolicy {
            $(
                $(#[$doc])*
                ///
                /// # Panics
                ///
                /// When the value is out of its bound, see [`BreakerPolicyBuilder::build`].
                #[must_use]
                #[track_caller]
                pub const fn $with(self, $field: $type) -> Self {
                    self.to_builder().$field($field).build_const()
                }
            )*

            /// Without ratios: only failures in a row count, which have to be set before.
            ///
            /// # Panics
            ///
            /// When no number of failures in a row is set, or slow calls are.
            #[must_use]
            #[track_caller]
            pub const fn without_window(self) -> Self {
                self.to_builder().without_window().build_const()
            }
        }
    };
}

with! {
    /// With ratios over this. For a window of fewer calls than `min_calls`, lower that first.
    with_window: window: Window;
    /// With this part of failures.
    with_failure_ratio: failure_ratio: f64;
    /// With this part of slow calls.
    with_slow_ratio: slow_ratio: f64;
    /// With this many calls before a ratio means anything.
    with_min_calls: min_calls: u32;
    /// With this many failures in a row.
    with_consecutive_failures: consecutive_failures: u32;
    /// With this time after which a call is slow.
    with_slow_call: slow_call: Duration;
    /// With these kinds as failures.
    with_failures: failures: Kinds;
    /// With these kinds as nothing.
    with_ignored: ignored: Kinds;
    /// With this first wait. To raise it above `max_open_for`, raise that first.
    with_open_for: open_for: Duration;
    /// With this longest wait.
    with_max_open_for: max_open_for: Duration;
    /// With this many tries.
    with_probes: probes: u32;
    /// With this time for each try.
    with_lease: lease: Duration;
    /// With this for calls that come while the circuit is open.
    with_on_open: on_open: OnOpen;
    /// With this longest wait of a parked call.
    with_park_for: park_for: Duration;
    /// With this first wait where calls are parked.
    with_probe_gap: probe_gap: Duration;
    /// With this counted.
    with_scope: scope: Scope;
}
