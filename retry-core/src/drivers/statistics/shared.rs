//! What is counted of the things that calls share, for the process.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::values::circuit::CircuitState;
use crate::values::counts::Counts;
use crate::values::event::Event;

static CIRCUITS: [AtomicU64; CircuitState::ALL.len()] =
    [const { AtomicU64::new(0) }; CircuitState::ALL.len()];
static PROBES: AtomicU64 = AtomicU64::new(0);
static SETTINGS_LOADED: AtomicU64 = AtomicU64::new(0);
static SETTINGS_FAILED: AtomicU64 = AtomicU64::new(0);

/// Counts what happened to something that calls share.
pub(crate) fn count(event: &Event<'_>) {
    let counter = match event {
        Event::CircuitChanged { change, .. } => &CIRCUITS[change.to() as usize],
        Event::Probe { .. } => &PROBES,
        Event::SettingsLoaded { failed: None, .. } => &SETTINGS_LOADED,
        Event::SettingsLoaded { failed: Some(_), .. } => &SETTINGS_FAILED,
        _ => return,
    };
    counter.fetch_add(1, Ordering::Relaxed);
}

/// What was counted of what calls share.
pub(crate) struct SharedCounts {
    pub(crate) circuits: Counts<CircuitState>,
    pub(crate) probes: u64,
    pub(crate) settings_loaded: u64,
    pub(crate) settings_failed: u64,
}

impl SharedCounts {
    pub(crate) fn read() -> Self {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Self {
            circuits: Counts::new(CircuitState::ALL, |i| read(&CIRCUITS[i])),
            probes: read(&PROBES),
            settings_loaded: read(&SETTINGS_LOADED),
            settings_failed: read(&SETTINGS_FAILED),
        }
    }
}
