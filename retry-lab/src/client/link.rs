//! Who is still waiting for a piece of work.
//!
//! A request that reaches the server has a caller, which has a caller, up to the user. Work that
//! is done after any of them has left is wasted, and each only knows the one above.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One attempt, and the attempt that it is made for.
#[derive(Debug)]
pub(crate) struct Link {
    left: AtomicBool,
    above: Option<Arc<Self>>,
}

impl Link {
    pub(crate) fn below(above: Option<Arc<Self>>) -> Arc<Self> {
        Arc::new(Self { left: AtomicBool::new(false), above })
    }

    /// Whether everyone up to the user still waits.
    pub(crate) fn is_awaited(&self) -> bool {
        let mut next = Some(self);
        while let Some(link) = next {
            if link.left.load(Ordering::Relaxed) {
                return false;
            }
            next = link.above.as_deref();
        }
        true
    }
}

/// Waits for the work of a link; dropped, it has left.
#[derive(Debug)]
pub(crate) struct Waiting(pub(crate) Arc<Link>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.left.store(true, Ordering::Relaxed);
    }
}
