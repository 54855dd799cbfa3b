//! The gates of an operation as they are found. Those for a key are with its service.

use std::sync::{Arc, OnceLock};

use crate::drivers::gates::Gates;
use crate::drivers::services::{Service, Shared, Wanted};

/// What a handle was given by hand, and settings leave alone.
#[derive(Debug)]
pub(crate) struct Hand {
    pub(crate) gates: Gates,
    pub(crate) budget: bool,
}

/// The gates of an operation, made by the first call that asks for them.
#[derive(Debug, Default)]
pub(crate) struct Gating {
    shared: OnceLock<Shared>,
}

impl Gating {
    pub(crate) const fn new() -> Self {
        Self { shared: OnceLock::new() }
    }

    /// The gates, with those that were given by hand.
    pub(crate) fn shared(
        &self,
        service: &Arc<Service>,
        (wanted, hand): (Wanted, Option<&Gates>),
    ) -> &Shared {
        self.shared.get_or_init(|| {
            let mut shared = service.share(wanted);
            if let Some(hand) = hand {
                shared.gates.put_all(hand.clone());
            }
            shared
        })
    }
}
