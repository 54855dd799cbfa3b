//! Switches for the tests of applications: no delays, fewer attempts, another clock.
//!
//! What is annotated waits on the real timer and shares its gates with the whole process, so a suite
//! that runs its tests side by side would be slow, and one test could open the circuit of another. A
//! test that switches its mode on has both for itself: a mode holds for the thread that it was
//! entered on and for the runtime that this thread is in, and every test has its own of these.

use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock};
use std::thread::ThreadId;

use crate::seams::clock::Clock;
use crate::values::policy::RetryPolicy;
use crate::values::policy_error::PolicyError;

/// How the calls of one test are made, until its [guard](Self::enter) is dropped.
///
/// ```
/// use std::io;
/// use retry_core::{TestMode, with_retry};
///
/// # #[cfg(feature = "macros")] {
/// #[with_retry(max_attempts = 5, initial_delay = "10s", circuit_breaker(on_open = "refuse"))]
/// async fn charge() -> io::Result<()> {
///     Err(io::ErrorKind::ConnectionReset.into())
/// }
///
/// # async fn test() {
/// // In a `#[tokio::test]`:
/// let _mode = TestMode::instant().enter();
/// charge().await.unwrap_err(); // five attempts, at once
/// # }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test());
/// # }
/// ```
///
/// A mode holds for the calls of the thread that entered it, and of all tasks of the runtime that
/// the thread was in, on whichever thread they run: the tests beside it do not notice. A thread that
/// the test starts by itself, outside of a runtime, has to enter a mode of its own.
///
/// The clock that a [handle was given](crate::Retry::with_clock) stays with it.
#[derive(Debug, Default)]
#[must_use = "a mode holds once it is entered"]
pub struct TestMode {
    instant: bool,
    max_attempts: Option<u32>,
    clock: Option<Box<dyn Clock>>,
}

/// A mode that holds, for as long as this is kept.
#[derive(Debug)]
#[must_use = "the mode ends when its guard is dropped"]
pub struct TestGuard(usize);

/// A mode that was entered. It is kept for good, as calls may look at it that outlive their test: a
/// hundred bytes for each test.
pub(crate) struct Entered {
    pub(crate) instant: bool,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) clock: Option<&'static dyn Clock>,
    /// What the drivers keep for the calls under it.
    pub(crate) state: OnceLock<Box<dyn Any + Send + Sync>>,
}

struct Place {
    number: usize,
    thread: ThreadId,
    runtime: Option<tokio::runtime::Id>,
    mode: &'static Entered,
}

static ENTERED: AtomicUsize = AtomicUsize::new(0);
static PLACES: RwLock<Vec<Place>> = RwLock::new(Vec::new());

impl TestMode {
    /// No waits: delays are zero, whatever a policy or a server says, a call that has time left does
    /// not end because of them, and no gate or budget holds or refuses anything. What is counted and
    /// classified is as ever: attempts, kinds, conditions, reasons.
    pub fn instant() -> Self {
        Self { instant: true, ..Self::default() }
    }

    /// All waits and all times on this clock, such as a [`ManualClock`](crate::ManualClock) that the
    /// test moves. Gates and budgets work, and are made anew for the test.
    ///
    /// ```
    /// use retry_core::{ManualClock, TestMode};
    ///
    /// let clock = ManualClock::new();
    /// let _mode = TestMode::on(clock.clone()).enter();
    /// ```
    pub fn on(clock: impl Clock + 'static) -> Self {
        Self { clock: Some(Box::new(clock)), ..Self::default() }
    }

    /// With at most this many attempts for each call, the first included.
    ///
    /// # Errors
    ///
    /// When it is zero.
    pub fn with_max_attempts(self, attempts: u32) -> Result<Self, PolicyError> {
        RetryPolicy::builder().max_attempts(attempts).build()?;
        Ok(Self { max_attempts: Some(attempts), ..self })
    }

    /// Switches the mode on, for this thread and the runtime that it is in. Of two that hold at once
    /// the later one counts.
    pub fn enter(self) -> TestGuard {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let Self { instant, max_attempts, clock } = self;
        let clock = clock.map(|clock| &*Box::leak(clock));
        let mode = Entered { instant, max_attempts, clock, state: OnceLock::new() };
        let place = Place {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            thread: std::thread::current().id(),
            runtime: runtime(),
            mode: Box::leak(Box::new(mode)),
        };
        let guard = TestGuard(place.number);
        PLACES.write().unwrap_or_else(PoisonError::into_inner).push(place);
        ENTERED.fetch_add(1, Ordering::SeqCst);
        guard
    }
}

impl Drop for TestGuard {
    fn drop(&mut self) {
        let mut places = PLACES.write().unwrap_or_else(PoisonError::into_inner);
        places.retain(|place| place.number != self.0);
        ENTERED.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The mode of the call that is made here, if a test has entered one.
#[inline]
pub(crate) fn present() -> Option<&'static Entered> {
    if ENTERED.load(Ordering::Relaxed) == 0 { None } else { look_up() }
}

/// The clock of the mode that holds here.
#[inline]
pub(crate) fn clock<'a>() -> Option<&'a dyn Clock> {
    present()?.clock.map(|clock| -> &'a dyn Clock { clock })
}

#[cold]
fn look_up() -> Option<&'static Entered> {
    let thread = std::thread::current().id();
    let runtime = runtime();
    let places = PLACES.read().unwrap_or_else(PoisonError::into_inner);
    let mut newest_first = places.iter().rev();
    let holds = |place: &&Place| {
        place.thread == thread || place.runtime.is_some() && place.runtime == runtime
    };
    newest_first.find(holds).map(|place| place.mode)
}

fn runtime() -> Option<tokio::runtime::Id> {
    tokio::runtime::Handle::try_current().ok().map(|handle| handle.id())
}

impl fmt::Debug for Entered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entered")
            .field("instant", &self.instant)
            .field("max_attempts", &self.max_attempts)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}
