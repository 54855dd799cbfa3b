//! What an application knows a call by, beside its name and its service.

use std::borrow::Cow;

/// A key and a value that stand in the events of a call.
///
/// ```
/// use retry_core::Tag;
///
/// const TEAM: Tag = Tag::new("team", "payments");
/// assert_eq!((TEAM.key(), TEAM.value()), ("team", "payments"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    key: Cow<'static, str>,
    value: Cow<'static, str>,
}

impl Tag {
    /// A tag of constants.
    #[must_use]
    pub const fn new(key: &'static str, value: &'static str) -> Self {
        Self { key: Cow::Borrowed(key), value: Cow::Borrowed(value) }
    }

    /// A tag of texts that are known at run time.
    #[must_use]
    pub fn of(key: impl Into<Cow<'static, str>>, value: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), value: value.into() }
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}
