//! Who is told what happens.

use std::fmt::Debug;
use std::sync::Arc;

use crate::values::event::Event;

/// Somebody who is told what happens, as it happens.
///
/// ```
/// use retry_core::{Event, Observer};
///
/// /// Counts the calls that were given up.
/// #[derive(Debug, Default)]
/// struct GivenUp(std::sync::atomic::AtomicU64);
///
/// impl Observer for GivenUp {
///     fn observe(&self, event: &Event<'_>) {
///         if let Event::GaveUp { .. } = event {
///             self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
///         }
///     }
/// }
/// ```
///
/// It is called by the task or thread that makes the call, so it should be quick; one that is not
/// belongs [behind a queue](crate::Queued). A panic in it is caught, and harms no call. What it does
/// cannot change a call, and calls that it makes itself are told to it as well: it must not make one
/// for each event.
pub trait Observer: Debug + Send + Sync {
    /// Something happened.
    fn observe(&self, event: &Event<'_>);
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn observe(&self, event: &Event<'_>) {
        (**self).observe(event);
    }
}
