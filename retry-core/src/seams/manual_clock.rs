//! A clock that stands still until it is told otherwise: for tests.
//!
//! Time moves only in [`advance`](ManualClock::advance), so a test that covers an hour of
//! backoff takes microseconds and gives the same result every time. Tests on tokio can as well
//! use tokio's own paused time; this clock needs no runtime, serves several handles at once, and
//! keeps a record of the waits.
//!
//! ```
//! use std::time::Duration;
//! use retry_core::{Jitter, ManualClock, Retry, RetryPolicy};
//!
//! let clock = ManualClock::new();
//! let retry = Retry::new(RetryPolicy::new().with_jitter(Jitter::None)).with_clock(clock.clone());
//!
//! let result = retry.run_blocking(|| Err::<(), _>("down"));
//! assert_eq!(result.unwrap_err().attempts(), 3);
//! assert_eq!(clock.waits(), [Duration::from_millis(100), Duration::from_millis(200)]);
//! ```

use std::collections::BTreeMap;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use crate::seams::clock::{Clock, Sleep};

/// A clock that a test moves by hand. Clones share the time.
#[derive(Clone, Debug)]
pub struct ManualClock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    now: Instant,
    sleepers: BTreeMap<u64, Sleeper>,
    next_id: u64,
    waits: Vec<Duration>,
    watchers: Vec<Waker>,
}

#[derive(Debug)]
struct Sleeper {
    due: Option<Instant>,
    waker: Option<Waker>,
}

impl ManualClock {
    /// A clock that stands still.
    #[must_use]
    pub fn new() -> Self {
        let state = State {
            now: Instant::now(),
            sleepers: BTreeMap::new(),
            next_id: 0,
            waits: Vec::new(),
            watchers: Vec::new(),
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Moves time forward and wakes every wait that is due by then.
    ///
    /// # Panics
    ///
    /// When the new time is beyond what the platform's `Instant` can hold.
    pub fn advance(&self, by: Duration) {
        let woken: Vec<Waker> = {
            let mut state = self.lock();
            state.now += by;
            let now = state.now;
            let due = state.sleepers.values_mut().filter(|sleeper| sleeper.is_due(now));
            due.filter_map(|sleeper| sleeper.waker.take()).collect()
        };
        woken.into_iter().for_each(Waker::wake);
    }

    /// Every wait that began on this clock, in order: the delays between attempts, and the time
    /// limits of attempts that did not end at once.
    #[must_use]
    pub fn waits(&self) -> Vec<Duration> {
        self.lock().waits.clone()
    }

    /// How many waits are going on.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        self.lock().sleepers.len()
    }

    /// Ready as soon as at least `count` waits are going on: call it before
    /// [`advance`](Self::advance), so that a task that runs beside the test has come to its wait.
    ///
    /// Cancel safe: dropping it changes nothing.
    pub async fn sleeping(&self, count: usize) {
        std::future::poll_fn(|context| {
            let mut state = self.lock();
            if state.sleepers.len() >= count {
                return Poll::Ready(());
            }
            let known = state.watchers.iter().any(|waker| waker.will_wake(context.waker()));
            if !known {
                state.watchers.push(context.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Sleeper {
    fn is_due(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due <= now)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        self.lock().now
    }

    fn sleep(&self, delay: Duration) -> Sleep {
        let (id, watchers) = {
            let mut state = self.lock();
            let id = state.next_id;
            state.next_id += 1;
            // A wait beyond the end of time is never due.
            let due = state.now.checked_add(delay);
            state.sleepers.insert(id, Sleeper { due, waker: None });
            state.waits.push(delay);
            (id, mem::take(&mut state.watchers))
        };
        watchers.into_iter().for_each(Waker::wake);
        Box::pin(ManualSleep { clock: self.clone(), id })
    }

    /// Moves the time on by `delay` at once: a thread that is blocked here is the only one that
    /// could move it.
    fn park(&self, delay: Duration) {
        self.lock().waits.push(delay);
        self.advance(delay);
    }
}

struct ManualSleep {
    clock: ManualClock,
    id: u64,
}

impl Future for ManualSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.lock();
        let now = state.now;
        match state.sleepers.get_mut(&self.id) {
            Some(sleeper) if !sleeper.is_due(now) => {
                sleeper.waker = Some(context.waker().clone());
                Poll::Pending
            }
            _ => Poll::Ready(()),
        }
    }
}

impl Drop for ManualSleep {
    fn drop(&mut self) {
        let removed = self.clock.lock().sleepers.remove(&self.id);
        // Its waker runs foreign code when it is dropped: after the lock.
        drop(removed);
    }
}
