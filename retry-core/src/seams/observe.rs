//! Who is told what happens.

use std::fmt::Debug;
use std::sync::Arc;

use crate::values::event::Event;

#[doc = include_str!("../../docs/observe.md")]
pub trait Observer: Debug + Send + Sync {
    /// Something happened.
    fn observe(&self, event: &Event<'_>);
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn observe(&self, event: &Event<'_>) {
        (**self).observe(event);
    }
}
