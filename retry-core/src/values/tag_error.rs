//! What can be wrong with the tags of a call.

use std::fmt;

use crate::values::tag::Tag;

/// Tags that a call cannot have.
///
/// Permanent: the same tags fail the same way. Its text names the field, the value and the bound:
///
/// ```
/// use retry_core::{Retry, RetryPolicy};
///
/// let error = Retry::new(RetryPolicy::new()).with_tag("", "payments").unwrap_err();
/// assert_eq!(error.to_string(), "key of a tag = \"\": must not be empty");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TagError {
    /// The key of a tag is empty.
    EmptyKey,
    /// There are so many, which is more than [`Tag::MOST`].
    TooMany(usize),
}

impl fmt::Display for TagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyKey => f.write_str("key of a tag = \"\": must not be empty"),
            Self::TooMany(tags) => {
                write!(f, "number of tags = {tags}: must be at most {}", Tag::MOST)
            }
        }
    }
}

impl std::error::Error for TagError {}
