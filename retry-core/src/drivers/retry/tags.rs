//! What an application knows the calls of a handle by.

use std::borrow::Cow;

use crate::drivers::retry::Retry;
use crate::values::tag::{self, Tag};
use crate::values::tag_error::TagError;

/// # Tags
impl<C> Retry<C> {
    /// With this tag in logs and events, in place of the one of that key. It is [no label of a
    /// metric](Tag), so its value may be a tenant as well as a team.
    ///
    /// A copy of a handle of the [registry](crate::RetryRegistry) has the tag for its own calls; the
    /// operation keeps those that it was registered with.
    ///
    /// ```
    /// use retry_core::{Retry, RetryPolicy};
    ///
    /// let billing = Retry::new(RetryPolicy::new()).with_tag("team", "payments")?;
    /// let nightly = billing.clone().with_tag("batch", "nightly")?;
    /// assert_eq!(nightly.tags().len(), 2);
    /// # Ok::<_, retry_core::TagError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When `key` is empty, or when it is one key more than [`Tag::MOST`].
    pub fn with_tag(
        self,
        key: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Result<Self, TagError> {
        let mut tags = self.tags.to_vec();
        tag::put(&mut tags, Tag::of(key, value));
        tag::check(&tags)?;
        Ok(self.with_tags(tags))
    }

    /// With these, which have been checked.
    pub(crate) fn with_tags(self, tags: Vec<Tag>) -> Self {
        Self { tags: tags.into(), ..self }
    }

    /// Its tags, in the order in which their keys came.
    #[must_use]
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }
}
