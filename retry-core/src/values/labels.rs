//! What a call is called.

use crate::values::tag::Tag;

/// What a call is known by: in events, in traces, in statistics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Labels<'a> {
    /// The name of the function or of the handle.
    pub name: Option<&'a str>,
    /// The service that is called.
    pub service: Option<&'a str>,
    /// What else the application knows it by.
    pub tags: &'a [Tag],
}
