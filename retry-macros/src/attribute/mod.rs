//! What does the attribute say?

pub(crate) mod check;
pub(crate) mod gates;
pub(crate) mod keys;
pub(crate) mod mistakes;
pub(crate) mod nested;
pub(crate) mod on;
pub(crate) mod over_handle;
pub(crate) mod statuses;
pub(crate) mod suggest;
pub(crate) mod tags;
pub(crate) mod total;
pub(crate) mod value;
