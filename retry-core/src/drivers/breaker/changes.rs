//! Changes of the state, for whoever wants to hear of them.

use std::sync::Arc;

use tokio::sync::watch;

use crate::drivers::breaker::{CircuitBreaker, Shared};
use crate::values::circuit::CircuitChange;

impl CircuitBreaker {
    /// The last change of the state, and each one from here on. It is sent after the breaker has
    /// moved on, outside its lock. A reader that is slow sees the newest only, and by
    /// [`CircuitChange::number`] that it has missed some; it never sees an older one after a newer.
    ///
    /// Before any change it holds one with the number 0, from closed to closed.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<CircuitChange> {
        let shared = &self.0;
        let sender = shared
            .extras
            .get_or_init(Box::default)
            .changes
            .get_or_init(|| watch::Sender::new(NONE));
        let receiver = sender.subscribe();
        // A change that came while there was no sender yet was sent to nobody.
        if let Some(last) = shared.machine.report().last {
            shared.publish(last);
        }
        receiver
    }
}

const NONE: CircuitChange = {
    use crate::values::circuit::CircuitState::Closed;
    CircuitChange { from: Closed, to: Closed, number: 0 }
};

impl Shared {
    pub(super) fn publish(self: &Arc<Self>, change: CircuitChange) {
        let Some(sender) = self.extras.get().and_then(|extras| extras.changes.get()) else {
            return;
        };
        // Two threads may come here in another order than they changed the state in.
        sender.send_if_modified(|last| {
            let newer = change.number > last.number;
            if newer {
                *last = change;
            }
            newer
        });
    }
}
