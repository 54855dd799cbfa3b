//! What settings say over the code, as the drivers ask for it.
//!
//! Settings come from files, and reading those is an adapter's. This is the seam between the two:
//! who is asked, and about whom.

use std::error::Error;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::values::preset::Preset;

/// Settings that are over the code.
pub(crate) trait Overlay: Debug + Send + Sync {
    /// `base`, with what the settings say of an operation in place of what it says.
    fn resolve(&self, who: Who<'_>, base: &Preset) -> Result<Resolved, Refused>;

    /// The same for gates alone: their policy is nobody's.
    fn gates(&self, who: Who<'_>, base: &Preset) -> Result<Preset, Refused>;
}

/// About whom settings are asked: an operation, or all that a service shares.
#[cfg_attr(not(feature = "serde"), allow(dead_code))] // read by settings
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Who<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) service: Option<&'a str>,
}

/// What settings make of a base.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(crate) preset: Preset,
    /// The settings name the operation or its service, and not only everybody.
    pub(crate) is_meant: bool,
    /// The gates that they describe for the operation, and that it shares with its service.
    pub(crate) of_service: Vec<&'static str>,
}

/// Why settings and a base do not go together.
pub(crate) type Refused = Box<dyn Error + Send + Sync>;

/// The settings in force, or none.
pub(crate) type Said = dyn Overlay;

/// Nothing is said.
#[derive(Debug)]
pub(crate) struct Silence;

impl Overlay for Silence {
    fn resolve(&self, _: Who<'_>, base: &Preset) -> Result<Resolved, Refused> {
        Ok(Resolved { preset: *base, is_meant: false, of_service: Vec::new() })
    }

    fn gates(&self, _: Who<'_>, base: &Preset) -> Result<Preset, Refused> {
        Ok(*base)
    }
}

static PRESENT: RwLock<Option<Arc<Said>>> = RwLock::new(None);
static TURN: Mutex<()> = Mutex::new(());

/// The settings in force.
pub(crate) fn present() -> Arc<Said> {
    let present = PRESENT.read().unwrap_or_else(PoisonError::into_inner);
    present.clone().unwrap_or_else(|| Arc::new(Silence))
}

/// Puts settings in force for whoever asks from now on.
#[cfg(feature = "serde")]
pub(crate) fn replace(said: Arc<Said>) {
    *PRESENT.write().unwrap_or_else(PoisonError::into_inner) = Some(said);
}

/// For one change at a time: what is made from the settings in force must not miss that they
/// change meanwhile.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
