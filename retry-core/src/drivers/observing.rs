//! Telling: to the observers of the process, and to those of a handle.
//!
//! Whether anybody listens is asked once, when a call starts, with one relaxed load; a call that
//! nobody listened to at its start is told to nobody.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::drivers::statistics;
use crate::seams::observe::Observer;
use crate::values::event::Event;

/// Who listens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listening(u8);

impl Listening {
    /// Observers, of the process or of the handle.
    pub(crate) const OBSERVERS: Self = Self(1);
    /// The statistics.
    pub(crate) const COUNTS: Self = Self(2);
    /// The statistics, which want to know how long a call takes.
    pub(crate) const LATENCY: Self = Self(4);
    /// No listener: a failure of the call was told. It stands here because there is room.
    pub(crate) const FAILED: Self = Self(128);

    /// Who in this process listens to every call.
    #[inline]
    pub(crate) fn now() -> Self {
        Self(LISTENING.load(Ordering::Relaxed))
    }

    #[inline]
    pub(crate) const fn is_nobody(self) -> bool {
        self.0 == 0
    }

    #[inline]
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether nobody is told more of a call than that it succeeded at once.
    #[inline]
    pub(crate) const fn only_counts(self) -> bool {
        self.0 & !Self::COUNTS.0 == 0
    }

    /// Listens to every call that starts from now on.
    pub(crate) fn begins(self) {
        LISTENING.fetch_or(self.0, Ordering::Relaxed);
    }

    /// Listens to no call that starts from now on.
    pub(crate) fn ends(self) {
        LISTENING.fetch_and(!self.0, Ordering::Relaxed);
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Observers, as many calls share them.
pub(crate) type Observers = Arc<[Arc<dyn Observer>]>;

static LISTENING: AtomicU8 = AtomicU8::new(0);
static OF_PROCESS: RwLock<Option<Observers>> = RwLock::new(None);

/// Tells this observer everything that happens in the process from now on, until the returned
/// [`Observation`] is dropped. Calls that have begun before are not told.
///
/// ```
/// use retry_core::{Event, Observer, observe};
///
/// #[derive(Debug)]
/// struct Print;
///
/// impl Observer for Print {
///     fn observe(&self, event: &Event<'_>) {
///         println!("{}", event.as_str());
///     }
/// }
///
/// let observation = observe(Print);
/// # drop(observation);
/// ```
pub fn observe(observer: impl Observer + 'static) -> Observation {
    let observer: Arc<dyn Observer> = Arc::new(observer);
    let mut all = OF_PROCESS.write().unwrap_or_else(PoisonError::into_inner);
    let before = all.iter().flat_map(|all| all.iter().cloned());
    *all = Some(before.chain([Arc::clone(&observer)]).collect());
    Listening::OBSERVERS.begins();
    Observation(Some(observer))
}

/// An observer that is told, for as long as this is kept.
#[must_use = "an observer is told nothing once this is dropped"]
pub struct Observation(Option<Arc<dyn Observer>>);

impl Observation {
    /// Tells the observer for as long as the process runs.
    pub fn forever(mut self) {
        self.0 = None;
    }
}

impl Drop for Observation {
    fn drop(&mut self) {
        let Some(observer) = self.0.take() else { return };
        let mut all = OF_PROCESS.write().unwrap_or_else(PoisonError::into_inner);
        let others = all.iter().flat_map(|all| all.iter().cloned());
        let others: Observers = others.filter(|other| !Arc::ptr_eq(other, &observer)).collect();
        if others.is_empty() {
            Listening::OBSERVERS.ends();
        }
        *all = (!others.is_empty()).then_some(others);
    }
}

impl fmt::Debug for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observation")
    }
}

/// Tells those of the process, and after them those of a handle.
#[cold]
pub(crate) fn tell(own: Option<&Observers>, event: &Event<'_>) {
    let of_process = OF_PROCESS.read().unwrap_or_else(PoisonError::into_inner).clone();
    for observer in of_process.iter().chain(own).flat_map(|all| all.iter()) {
        // What it panics with is in the panic hook's hands, and no business of the call.
        let _panicked = catch_unwind(AssertUnwindSafe(|| observer.observe(event)));
    }
}

/// Tells what happened to something that calls share.
pub(crate) fn tell_all(event: &Event<'_>) {
    let listening = Listening::now();
    if listening.has(Listening::COUNTS) {
        statistics::shared::count(event);
    }
    if listening.has(Listening::OBSERVERS) {
        tell(None, event);
    }
}
