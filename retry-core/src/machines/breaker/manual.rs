//! What an operator, or a check of the other side's health, does to a circuit.

use crate::values::circuit::CircuitState;

use super::Breaker;
use super::effects::Effects;
use super::recovery::Phase;

/// A state that is set by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manual {
    ForceOpen,
    Disable,
    ObserveOnly,
    Close,
}

impl Breaker {
    /// Sets the state. Whoever waits is let go or refused; after [`Manual::Close`] they are let in
    /// little by little, and the circuit is closed after the last.
    pub(crate) fn set(&self, manual: Manual) -> Effects {
        let mut effects = Effects::default();
        self.locked(|room| {
            let to = match manual {
                Manual::ForceOpen => CircuitState::ForcedOpen,
                Manual::Disable => CircuitState::Disabled,
                Manual::ObserveOnly => CircuitState::ObserveOnly,
                Manual::Close => {
                    self.recover(room, &mut effects, None);
                    self.keep_time(room, None, &mut effects);
                    return;
                }
            };
            self.turn(room, to, &mut effects);
            effects.wake.extend(room.queue.wakers());
        });
        effects
    }

    /// The other side was found to be up: no need to wait any longer before it is tried, or where
    /// `close`, before all may go. Does nothing unless the circuit is open.
    pub(crate) fn found_up(&self, close: bool, now: u64) -> Effects {
        let mut effects = Effects::default();
        self.locked(|room| {
            if !matches!(room.phase, Phase::Open { .. }) {
                return;
            }
            if close {
                self.recover(room, &mut effects, Some(now));
            } else {
                self.try_again(room, &mut effects);
            }
            // Whoever is woken comes with the time, and then leases are given out.
            self.keep_time(room, None, &mut effects);
        });
        effects
    }
}
