//! A wrong value in a breaker's policy: which field, which value, which bound.

use std::fmt;
use std::time::Duration;

use crate::values::policy_error::PolicyValue;

/// A breaker's policy that cannot be: one field holds a value outside its bound.
///
/// Permanent: the same values fail the same way. Its text names the three, ready for an operator:
///
/// ```
/// use retry_core::{BreakerBound, BreakerField, BreakerPolicy, Window};
///
/// let builder = BreakerPolicy::builder().window(Window::Count(10)).min_calls(20);
/// let error = builder.build().unwrap_err();
/// assert_eq!(error.field(), BreakerField::MinCalls);
/// assert_eq!(error.bound(), BreakerBound::AtMostWindow(10));
/// assert_eq!(error.to_string(), "min_calls = 20: must be at most the window, which is 10 calls");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreakerError {
    field: BreakerField,
    value: PolicyValue,
    bound: BreakerBound,
}

/// A field of a breaker's policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)] // each is the field of its name
pub enum BreakerField {
    Window,
    FailureRatio,
    SlowRatio,
    MinCalls,
    ConsecutiveFailures,
    SlowCall,
    OpenFor,
    MaxOpenFor,
    Probes,
    Lease,
    MaxWaiting,
    ParkFor,
    ProbeGap,
}

/// The bound that a value broke.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum BreakerBound {
    /// None of it would never open, or never close again.
    AtLeastOne,
    /// A ratio is in `0..=1`, and not 0, which would open without a failure.
    AboveZeroToOne,
    /// A time of zero would be over before it began.
    AboveZero,
    /// The window is cut into tenths, which have to be long enough to be told apart.
    AtLeast(Duration),
    /// 584 years, the longest time that can be counted in nanoseconds.
    AtMost(Duration),
    /// The window never holds more calls than this.
    AtMostWindow(u32),
    /// The longest wait is not below the first, which is this.
    AtLeastOpenFor(Duration),
    /// Without a window nothing else opens the circuit.
    NeededWithoutWindow,
    /// Slow calls are counted in the window only.
    OnlyWithWindow,
    /// Where calls are refused, nobody waits.
    OnlyWhereParked,
}

impl BreakerError {
    pub(crate) const fn new(field: BreakerField, value: PolicyValue, bound: BreakerBound) -> Self {
        Self { field, value, bound }
    }

    /// The field.
    #[must_use]
    pub const fn field(&self) -> BreakerField {
        self.field
    }

    /// The value that was refused.
    #[must_use]
    pub const fn value(&self) -> PolicyValue {
        self.value
    }

    /// The bound that it broke.
    #[must_use]
    pub const fn bound(&self) -> BreakerBound {
        self.bound
    }

    /// The bound as a constant text, for a panic in a `const`, which can print nothing else. The
    /// value stands on the line that the compiler points at.
    pub(crate) const fn constant_text(&self) -> &'static str {
        match (self.bound, self.field) {
            (BreakerBound::AtLeastOne, BreakerField::Window) => "window must be at least 1 call",
            (BreakerBound::AtLeastOne, BreakerField::MinCalls) => "min_calls must be at least 1",
            (BreakerBound::AtLeastOne, BreakerField::Probes) => "probes must be at least 1",
            (BreakerBound::AtLeastOne, BreakerField::MaxWaiting) => {
                "max_waiting must be at least 1: use OnOpen::Refuse to let nobody wait"
            }
            (BreakerBound::AtLeastOne, _) => "consecutive_failures must be at least 1",
            (BreakerBound::AboveZeroToOne, BreakerField::FailureRatio) => {
                "failure_ratio must be above 0.0 and at most 1.0"
            }
            (BreakerBound::AboveZeroToOne, _) => "slow_ratio must be above 0.0 and at most 1.0",
            (BreakerBound::AboveZero, _) => "a time in a breaker's policy must be above zero",
            (BreakerBound::AtLeast(_), _) => "window must be at least 1 ms",
            (BreakerBound::AtMost(_), _) => {
                "a time in a breaker's policy must be at most 584 years"
            }
            (BreakerBound::AtMostWindow(_), _) => {
                "min_calls must be at most the window (100 calls unless set)"
            }
            (BreakerBound::AtLeastOpenFor(_), _) => {
                "max_open_for must be at least open_for (60 s and 5 s unless set)"
            }
            (BreakerBound::NeededWithoutWindow, _) => {
                "consecutive_failures must be set: without a window nothing else opens the circuit"
            }
            (BreakerBound::OnlyWithWindow, _) => {
                "slow_call has no effect here: slow calls are counted in the window only"
            }
            (BreakerBound::OnlyWhereParked, BreakerField::ParkFor) => {
                "park_for has no effect here: an open circuit refuses its callers, and nobody waits"
            }
            (BreakerBound::OnlyWhereParked, _) => {
                "probe_gap has no effect here: an open circuit refuses its callers, and nobody waits"
            }
        }
    }
}

impl BreakerField {
    /// The name of the field, as in the attribute.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::FailureRatio => "failure_ratio",
            Self::SlowRatio => "slow_ratio",
            Self::MinCalls => "min_calls",
            Self::ConsecutiveFailures => "consecutive_failures",
            Self::SlowCall => "slow_call",
            Self::OpenFor => "open_for",
            Self::MaxOpenFor => "max_open_for",
            Self::Probes => "probes",
            Self::Lease => "lease",
            Self::MaxWaiting => "max_waiting",
            Self::ParkFor => "park_for",
            Self::ProbeGap => "probe_gap",
        }
    }
}

impl fmt::Display for BreakerField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for BreakerBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeastOne => f.write_str("must be at least 1"),
            Self::AboveZeroToOne => f.write_str("must be a number above 0.0 and at most 1.0"),
            Self::AboveZero => f.write_str("must be above zero"),
            Self::AtLeast(shortest) => write!(f, "must be at least {shortest:?}"),
            Self::AtMost(longest) => write!(f, "must be at most {longest:?}"),
            Self::AtMostWindow(calls) => {
                write!(f, "must be at most the window, which is {calls} calls")
            }
            Self::AtLeastOpenFor(first) => {
                write!(f, "must be at least open_for, which is {first:?}")
            }
            Self::NeededWithoutWindow => {
                f.write_str("must be set, since without a window nothing else opens the circuit")
            }
            Self::OnlyWithWindow => f.write_str("slow calls are counted in the window only"),
            Self::OnlyWhereParked => f.write_str("nobody waits where an open circuit refuses"),
        }
    }
}

impl fmt::Display for BreakerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}: {}", self.field, self.value, self.bound)
    }
}

impl std::error::Error for BreakerError {}
