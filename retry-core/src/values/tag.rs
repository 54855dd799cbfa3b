//! What an application knows a call by, beside its name and its service.
//!
//! A name and a service say what is called, and are few. What else one looks for in a log (a team, a
//! tier, a tenant) is anybody's, and may have any number of values, so nothing is counted by it.

use std::borrow::Cow;
use std::fmt;

use crate::values::tag_error::TagError;

/// A key and a value that stand in the logs and events of a call.
///
/// Tags are no labels of metrics. A metric keeps a series for every combination of its labels, for as
/// long as the process lives, and the values of a tag have no bound; a line of a log is written once.
///
/// Its text is `key=value`, where a part that is empty, or has spaces, quotes or an `=` in it, stands
/// in quotes.
///
/// ```
/// use retry_core::Tag;
///
/// const TEAM: Tag = Tag::new("team", "payments");
/// assert_eq!((TEAM.key(), TEAM.value()), ("team", "payments"));
/// assert_eq!(TEAM.to_string(), "team=payments");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    key: Cow<'static, str>,
    value: Cow<'static, str>,
}

impl Tag {
    /// How many tags a handle or a function may have.
    pub const MOST: usize = 8;

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

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        part(&self.key, f)?;
        f.write_str("=")?;
        part(&self.value, f)
    }
}

/// As it is, where it cannot be taken for anything else.
fn part(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let splits = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '=');
    if text.is_empty() || text.contains(splits) { write!(f, "{text:?}") } else { f.write_str(text) }
}

/// Puts a tag in the place of that with its key, or behind the others.
pub(crate) fn put(tags: &mut Vec<Tag>, tag: Tag) {
    match tags.iter_mut().find(|known| known.key == tag.key) {
        Some(known) => *known = tag,
        None => tags.push(tag),
    }
}

/// Whether a call can have these.
pub(crate) fn check(tags: &[Tag]) -> Result<(), TagError> {
    if tags.iter().any(|tag| tag.key.is_empty()) {
        return Err(TagError::EmptyKey);
    }
    if tags.len() > Tag::MOST { Err(TagError::TooMany(tags.len())) } else { Ok(()) }
}
