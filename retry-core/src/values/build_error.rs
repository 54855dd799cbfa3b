//! What can be wrong with a handle in the making.

use std::fmt;

use crate::values::policy_error::PolicyError;
use crate::values::tag_error::TagError;

/// A handle that cannot be.
///
/// Permanent: the same values fail the same way. Its text names the field, the value and the bound:
///
/// ```
/// use std::time::Duration;
/// use retry_core::{PolicyField, Retry, RetryBuildError};
///
/// let error = Retry::builder().timeout(Duration::ZERO).build().unwrap_err();
/// assert_eq!(error.to_string(), "timeout = 0ns: must be above zero");
/// let RetryBuildError::Policy(error) = error else { unreachable!() };
/// assert_eq!(error.field(), PolicyField::Timeout);
///
/// let error = Retry::builder().service("").build().unwrap_err();
/// assert_eq!(error.to_string(), "service = \"\": must not be empty");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum RetryBuildError {
    /// A setting of the policy is out of its bound.
    Policy(PolicyError),
    /// The name is empty; a handle without one is built without the setter.
    EmptyName,
    /// The service is empty; handles would share a budget because nobody has said whose.
    EmptyService,
    /// The key of a tag is empty, or there are too many.
    Tag(TagError),
    /// A budget was given, and none was asked for.
    BudgetAndNone,
    /// Dead letters of permanent failures were asked for, and there is no sink.
    NoSink,
}

impl From<PolicyError> for RetryBuildError {
    fn from(error: PolicyError) -> Self {
        Self::Policy(error)
    }
}

impl From<TagError> for RetryBuildError {
    fn from(error: TagError) -> Self {
        Self::Tag(error)
    }
}

impl fmt::Display for RetryBuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Policy(error) => return error.fmt(f),
            Self::Tag(error) => return error.fmt(f),
            Self::EmptyName => "name = \"\": must not be empty",
            Self::EmptyService => "service = \"\": must not be empty",
            Self::BudgetAndNone => "budget = set: must not be together with without_budget",
            Self::NoSink => "permanent_dead_letters = set: must be together with dead_letters",
        })
    }
}

/// A wrong setting is the whole story, so it is no source as well.
impl std::error::Error for RetryBuildError {}
