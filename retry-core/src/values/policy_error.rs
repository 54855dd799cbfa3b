//! A wrong value in a policy: which field, which value, which bound.

use std::fmt;
use std::time::Duration;

use crate::values::kind::ErrorKind;

/// A policy that cannot be: one field holds a value outside its bound.
///
/// Permanent: the same values fail the same way. Its text names the three, ready for an operator:
///
/// ```
/// use std::time::Duration;
/// use retry_core::{PolicyBound, PolicyField, RetryPolicy};
///
/// let error = RetryPolicy::builder()
///     .initial_delay(Duration::from_secs(60))
///     .build()
///     .unwrap_err();
/// assert_eq!(error.field(), PolicyField::InitialDelay);
/// assert_eq!(error.bound(), PolicyBound::AtMostMaxDelay(Duration::from_secs(30)));
/// assert_eq!(error.to_string(), "initial_delay = 60s: must be at most max_delay, which is 30s");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolicyError {
    field: PolicyField,
    value: PolicyValue,
    bound: PolicyBound,
    kind: Option<ErrorKind>,
}

/// A field of a policy, under the name that the attribute gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)] // each is the field of its name
pub enum PolicyField {
    MaxAttempts,
    InitialDelay,
    MaxDelay,
    Multiplier,
    Jitter,
    Timeout,
    AttemptTimeout,
    MaxHint,
    Kinds,
    Cost,
}

/// The value that was refused.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum PolicyValue {
    /// A number of attempts.
    Count(u32),
    /// A length of time.
    Duration(Duration),
    /// A multiplier or a ratio.
    Factor(f64),
    /// A jitter that is none of these.
    Jitter,
    /// Two schedules for one kind.
    Twice,
}

/// The bound that a value broke.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum PolicyBound {
    /// Attempts count the first call, so there is at least one.
    AtLeastOne,
    /// A growth factor is finite and not below 1.
    FiniteAtLeastOne,
    /// A ratio is in `0..=1`.
    ZeroToOne,
    /// A timeout of zero would end every call before it starts.
    AboveZero,
    /// The first delay is not above the cap, which is this.
    AtMostMaxDelay(Duration),
    /// An attempt cannot outlive its call, whose timeout is this.
    AtMostTimeout(Duration),
    /// 584 years, the longest delay that can be counted in nanoseconds.
    AtMost(Duration),
    /// Only the exponential strategy grows by a multiplier.
    OnlyExponential,
    /// The random strategy draws by itself.
    NotWithRandom,
    /// A kind has one schedule.
    OncePerKind,
    /// A cost is finite and not negative.
    FiniteFromZero,
}

impl PolicyError {
    pub(crate) const fn new(field: PolicyField, value: PolicyValue, bound: PolicyBound) -> Self {
        Self { field, value, bound, kind: None }
    }

    pub(crate) const fn of_kind(self, kind: ErrorKind) -> Self {
        Self { kind: Some(kind), ..self }
    }

    /// The kind whose own schedule holds the value; `None` for the policy itself.
    #[must_use]
    pub const fn kind(&self) -> Option<ErrorKind> {
        self.kind
    }

    /// The field.
    #[must_use]
    pub const fn field(&self) -> PolicyField {
        self.field
    }

    /// The value that was refused.
    #[must_use]
    pub const fn value(&self) -> PolicyValue {
        self.value
    }

    /// The bound that it broke.
    #[must_use]
    pub const fn bound(&self) -> PolicyBound {
        self.bound
    }

    /// The field and the bound as a constant text, for a panic in a `const`, which can print
    /// nothing else. The value stands on the line that the compiler points at.
    pub(crate) const fn constant_text(&self) -> &'static str {
        match (self.field, self.bound) {
            (PolicyField::MaxAttempts, _) => {
                "max_attempts must be at least 1: it counts the first call"
            }
            (PolicyField::InitialDelay, PolicyBound::AtMost(_)) => {
                "initial_delay must be at most 584 years"
            }
            (PolicyField::InitialDelay, _) => {
                "initial_delay must be at most max_delay (30 s unless set)"
            }
            (PolicyField::MaxDelay, _) => "max_delay must be at most 584 years",
            (PolicyField::Multiplier, PolicyBound::OnlyExponential) => {
                "multiplier has no effect here: only the exponential strategy grows by it"
            }
            (PolicyField::Multiplier, _) => "multiplier must be a finite number of at least 1.0",
            (PolicyField::Jitter, PolicyBound::NotWithRandom) => {
                "jitter has no effect here: the random strategy draws by itself"
            }
            (PolicyField::Jitter, _) => "a jitter ratio must be a number in 0.0..=1.0",
            (PolicyField::Timeout, _) => "timeout must be above zero",
            (PolicyField::AttemptTimeout, PolicyBound::AtMostTimeout(_)) => {
                "attempt_timeout must be at most timeout"
            }
            (PolicyField::AttemptTimeout, _) => "attempt_timeout must be above zero",
            (PolicyField::MaxHint, _) => "max_hint must be at most 584 years",
            (PolicyField::Kinds, _) => {
                "a kind has one schedule of its own, and this has two for one"
            }
            (PolicyField::Cost, _) => "cost must be a finite number from 0.0",
        }
    }
}

impl PolicyField {
    /// The name of the field, as in the attribute.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MaxAttempts => "max_attempts",
            Self::InitialDelay => "initial_delay",
            Self::MaxDelay => "max_delay",
            Self::Multiplier => "multiplier",
            Self::Jitter => "jitter",
            Self::Timeout => "timeout",
            Self::AttemptTimeout => "attempt_timeout",
            Self::MaxHint => "max_hint",
            Self::Kinds => "kinds",
            Self::Cost => "cost",
        }
    }
}

impl fmt::Display for PolicyField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for PolicyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Duration(duration) => write!(f, "{duration:?}"),
            Self::Factor(factor) => write!(f, "{factor:?}"),
            Self::Jitter => f.write_str("set"),
            Self::Twice => f.write_str("given twice"),
        }
    }
}

impl fmt::Display for PolicyBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeastOne => f.write_str("must be at least 1, since it counts the first call"),
            Self::FiniteAtLeastOne => f.write_str("must be a finite number of at least 1.0"),
            Self::ZeroToOne => f.write_str("must be a number in 0.0..=1.0"),
            Self::AboveZero => f.write_str("must be above zero"),
            Self::AtMostMaxDelay(cap) => write!(f, "must be at most max_delay, which is {cap:?}"),
            Self::AtMostTimeout(timeout) => {
                write!(f, "must be at most timeout, which is {timeout:?}")
            }
            Self::AtMost(longest) => write!(f, "must be at most {longest:?}"),
            Self::OnlyExponential => {
                f.write_str("only the exponential strategy grows by a multiplier")
            }
            Self::NotWithRandom => f.write_str("the random strategy draws by itself"),
            Self::OncePerKind => f.write_str("must have one schedule for each kind"),
            Self::FiniteFromZero => f.write_str("must be a finite number from 0.0"),
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(kind) = self.kind {
            write!(f, "on({kind}): ")?;
        }
        write!(f, "{} = {}: {}", self.field, self.value, self.bound)
    }
}

impl std::error::Error for PolicyError {}
