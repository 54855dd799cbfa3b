//! The gates of an operation as they are found: one set, and one for each key.

use std::sync::{Arc, OnceLock};

use crate::drivers::gates::Gates;
use crate::drivers::keyed::{Digest, Keyed};
use crate::drivers::services::{Service, Shared, SharedRef, Wanted};

/// The gates of an operation, made by the first call that asks for them.
#[derive(Debug, Default)]
pub(crate) struct Gating {
    shared: OnceLock<Shared>,
    keyed: OnceLock<Keyed<Shared>>,
}

impl Gating {
    pub(crate) const fn new() -> Self {
        Self { shared: OnceLock::new(), keyed: OnceLock::new() }
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

    /// The gates for a key.
    pub(crate) fn shared_for(
        &self,
        service: &Arc<Service>,
        wanted: Wanted,
        (key, text): (Digest, impl FnOnce() -> String),
    ) -> SharedRef {
        let keyed = self.keyed.get_or_init(|| Keyed::new(service.most_keys()));
        SharedRef::Counted(keyed.get_or_make(key, || service.part(key, text).share(wanted)))
    }
}
