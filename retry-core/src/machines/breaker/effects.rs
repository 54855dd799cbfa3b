//! What is left to do once the lock is free.
//!
//! Wakers and the readers of a change are foreign code: under the lock they could call back into
//! the breaker, or panic. So whatever happened is handed out, and the driver lets it loose.

use std::task::Waker;

use crate::values::circuit::CircuitChange;

/// What came of one step.
#[derive(Default)]
#[must_use]
pub(crate) struct Effects {
    /// The last change of the state, if there was one.
    pub(crate) change: Option<CircuitChange>,
    /// To be woken.
    pub(crate) wake: Vec<Waker>,
    /// To be dropped.
    pub(crate) spent: Option<Waker>,
}

impl Effects {
    pub(super) fn wake(&mut self, waker: Option<Waker>) {
        self.wake.extend(waker);
    }
}
