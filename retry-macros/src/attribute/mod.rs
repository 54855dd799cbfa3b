//! What does the attribute say?

pub(crate) mod check;
pub(crate) mod keys;
pub(crate) mod mistakes;
mod suggest;
pub(crate) mod total;
pub(crate) mod value;
