//! A wrong value for a budget, a rate limit or a throttle: which field, which value, which bound.

use std::fmt;
use std::time::Duration;

/// A limit that cannot be: one field holds a value outside its bound.
///
/// Permanent: the same value fails the same way. Its text names the three:
///
/// ```
/// use retry_core::{BudgetPolicy, LimitField};
///
/// let error = BudgetPolicy::new().try_with_ratio(1.5).unwrap_err();
/// assert_eq!(error.field(), LimitField::Ratio);
/// assert_eq!(error.to_string(), "ratio = 1.5: must be within 1e-6..=1.0");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LimitError {
    field: LimitField,
    value: LimitValue,
    bound: LimitBound,
}

/// A field of a budget, a rate limit or a throttle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)] // each is the field of its name
pub enum LimitField {
    Ratio,
    Payback,
    MaxTokens,
    MinPerSecond,
    Ttl,
    TokenRatio,
    Beta,
    Scale,
    MinRate,
    MaxWait,
    Multiplier,
    Window,
    Interval,
}

/// A value, or the end of a range.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum LimitValue {
    /// A whole number.
    Count(u32),
    /// A ratio, a factor or a rate.
    Factor(f64),
    /// A length of time.
    Duration(Duration),
}

/// The bound that a value broke.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum LimitBound {
    /// Both ends are legal.
    Within(LimitValue, LimitValue),
    /// A budget of this sort has no such field.
    OtherBudget,
}

impl LimitError {
    /// `Ok` for a number in `low..=high`; not a number is in no range.
    pub(crate) const fn factor(field: LimitField, value: f64, range: (f64, f64)) -> Check {
        if value >= range.0 && value <= range.1 {
            return Ok(());
        }
        let bound = LimitBound::Within(LimitValue::Factor(range.0), LimitValue::Factor(range.1));
        Err(Self { field, value: LimitValue::Factor(value), bound })
    }

    /// `Ok` for a count in `low..=high`.
    pub(crate) const fn count(field: LimitField, value: u32, range: (u32, u32)) -> Check {
        if value >= range.0 && value <= range.1 {
            return Ok(());
        }
        let bound = LimitBound::Within(LimitValue::Count(range.0), LimitValue::Count(range.1));
        Err(Self { field, value: LimitValue::Count(value), bound })
    }

    /// `Ok` for a length of time in `low..=high`, both in whole seconds.
    pub(crate) const fn seconds(field: LimitField, value: Duration, range: (u64, u64)) -> Check {
        let (low, high) = (Duration::from_secs(range.0), Duration::from_secs(range.1));
        if value.as_nanos() >= low.as_nanos() && value.as_nanos() <= high.as_nanos() {
            return Ok(());
        }
        let bound = LimitBound::Within(LimitValue::Duration(low), LimitValue::Duration(high));
        Err(Self { field, value: LimitValue::Duration(value), bound })
    }

    /// The field belongs to another sort of budget.
    pub(crate) const fn other_budget(field: LimitField, value: LimitValue) -> Self {
        Self { field, value, bound: LimitBound::OtherBudget }
    }

    /// The field.
    #[must_use]
    pub const fn field(&self) -> LimitField {
        self.field
    }

    /// The value that was refused.
    #[must_use]
    pub const fn value(&self) -> LimitValue {
        self.value
    }

    /// The bound that it broke.
    #[must_use]
    pub const fn bound(&self) -> LimitBound {
        self.bound
    }

    /// The field and the bound as a constant text, for a panic in a `const`, which can print
    /// nothing else.
    pub(crate) const fn constant_text(&self) -> &'static str {
        if let LimitBound::OtherBudget = self.bound {
            return "a budget of this sort has no such field";
        }
        match self.field {
            LimitField::Ratio => "ratio must be above zero (at least 0.000001) and at most 1.0",
            LimitField::Payback => "payback must be a number in 0.0..=2.0",
            LimitField::MaxTokens => "max_tokens must be in 1..=1000",
            LimitField::MinPerSecond => "min_per_second must be in 0..=1000000",
            LimitField::Ttl => "ttl must be between 1 and 60 seconds",
            LimitField::TokenRatio => "token_ratio must be a number in 0.001..=1000.0",
            LimitField::Beta => "beta must be a number in 0.1..=0.99",
            LimitField::Scale => "scale must be a number in 0.001..=1000.0",
            LimitField::MinRate => "min_rate must be a number in 0.001..=1000000.0 per second",
            LimitField::MaxWait => "max_wait must be between 0 seconds and 1 day",
            LimitField::Multiplier => "multiplier must be a number in 1.0..=1000.0",
            LimitField::Window => "window must be between 1 second and 1 day",
            LimitField::Interval => "interval must be between 1 second and 1 day",
        }
    }
}

/// Whether a value is within its bound.
pub(crate) type Check = Result<(), LimitError>;

impl LimitField {
    /// The name of the field, in `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Payback => "payback",
            Self::MaxTokens => "max_tokens",
            Self::MinPerSecond => "min_per_second",
            Self::Ttl => "ttl",
            Self::TokenRatio => "token_ratio",
            Self::Beta => "beta",
            Self::Scale => "scale",
            Self::MinRate => "min_rate",
            Self::MaxWait => "max_wait",
            Self::Multiplier => "multiplier",
            Self::Window => "window",
            Self::Interval => "interval",
        }
    }
}

impl fmt::Display for LimitField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for LimitValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Factor(factor) => write!(f, "{factor:?}"),
            Self::Duration(duration) => write!(f, "{duration:?}"),
        }
    }
}

impl fmt::Display for LimitBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Within(low, high) => write!(f, "must be within {low}..={high}"),
            Self::OtherBudget => f.write_str("a budget of this sort has no such field"),
        }
    }
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}: {}", self.field, self.value, self.bound)
    }
}

impl std::error::Error for LimitError {}

/// The setters of a policy for constants: each as its `try_` form, and a wrong value panics, which
/// in a `const` is a compile error at that line.
macro_rules! with_or_panic {
    ($policy:ident: $($(#[$doc:meta])* $with:ident = $try:ident($field:ident: $type:ty);)*) => {
        impl $policy {
            $(
                $(#[$doc])*
                ///
                #[doc = concat!("As [`", stringify!($try), "`](Self::", stringify!($try), "), for constants.")]
                ///
                /// # Panics
                ///
                /// When the value is out of its bound; in a `const` that is a compile error.
                #[must_use]
                #[track_caller]
                pub const fn $with(self, $field: $type) -> Self {
                    match self.$try($field) {
                        Ok(policy) => policy,
                        Err(error) => panic!("{}", error.constant_text()),
                    }
                }
            )*
        }
    };
}
pub(crate) use with_or_panic;
