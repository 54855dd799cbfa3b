//! Checks of the other side while the circuit is open.
//!
//! A task of its own runs them, only while there is something to find out, and holds the breaker
//! weakly, so that it ends with the last handle. Each check is again a task: one that panics or
//! hangs is cut off without harm to anybody.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::{AbortHandle, JoinHandle};

use crate::drivers::breaker::Shared;
use crate::values::circuit::{CircuitChange, CircuitState};

/// What a check may take at least, however often it runs.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a health check can answer: `true` or `Ok(())` where the other side is up.
pub trait HealthAnswer: sealed::Sealed {}

mod sealed {
    pub trait Sealed {
        fn is_up(&self) -> bool;
    }

    impl Sealed for bool {
        fn is_up(&self) -> bool {
            *self
        }
    }

    impl<E> Sealed for Result<(), E> {
        fn is_up(&self) -> bool {
            self.is_ok()
        }
    }
}

impl HealthAnswer for bool {}
impl<E> HealthAnswer for Result<(), E> {}

type Check = dyn Fn() -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync;

pub(super) struct Health {
    interval: Duration,
    check: Arc<Check>,
    /// The runtime that the check was given in.
    runtime: Option<Handle>,
    /// The task that runs the checks, while there is one.
    task: Mutex<Option<AbortHandle>>,
}

impl Health {
    pub(super) fn new<C, F>(interval: Duration, check: C) -> Self
    where
        C: Fn() -> F + Send + Sync + 'static,
        F: Future<Output: HealthAnswer> + Send + 'static,
    {
        let check = move || {
            let answer = check();
            Box::pin(async move { sealed::Sealed::is_up(&answer.await) })
                as Pin<Box<dyn Future<Output = bool> + Send>>
        };
        let runtime = Handle::try_current().ok();
        Self { interval, check: Arc::new(check), runtime, task: Mutex::new(None) }
    }

    fn task(&self) -> MutexGuard<'_, Option<AbortHandle>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Health {
    fn drop(&mut self) {
        if let Some(task) = self.task().take() {
            task.abort();
        }
    }
}

impl Shared {
    fn health(&self) -> Option<&Health> {
        self.extras.get()?.health.as_ref()
    }

    /// Begins to check when the circuit has opened, unless that is going on already.
    pub(super) fn check_health(self: &Arc<Self>, change: CircuitChange) {
        let Some(health) = self.health().filter(|_| change.to() == CircuitState::Open) else {
            return;
        };
        let Some(runtime) = Handle::try_current().ok().or_else(|| health.runtime.clone()) else {
            return;
        };
        let mut task = health.task();
        if task.as_ref().is_none_or(AbortHandle::is_finished) {
            // A runtime that has gone away gives back a task that is finished.
            *task = Some(runtime.spawn(keep_checking(Arc::downgrade(self))).abort_handle());
        }
    }

    /// Whether the checks end here. Decided under the lock that they are begun under: no opening
    /// is missed.
    fn ends_checking(&self, health: &Health) -> bool {
        let mut task = health.task();
        let ends = self.machine.state() != CircuitState::Open;
        if ends {
            *task = None;
        }
        ends
    }

    fn found_up(self: &Arc<Self>) {
        let close = self.extras.get().is_some_and(|extras| extras.closes_when_healthy);
        self.let_loose(self.machine.found_up(close, self.own_now()));
    }
}

async fn keep_checking(breaker: Weak<Shared>) {
    let interval = |shared: &Shared| shared.health().map(|health| health.interval);
    while let Some(interval) = breaker.upgrade().and_then(|shared| interval(&shared)) {
        tokio::time::sleep(interval).await;
        let check = {
            let Some(shared) = breaker.upgrade() else { return };
            let Some(health) = shared.health() else { return };
            if shared.ends_checking(health) {
                return;
            }
            Arc::clone(&health.check)
        };
        if is_up(check, interval.max(PATIENCE)).await
            && let Some(shared) = breaker.upgrade()
        {
            shared.found_up();
        }
    }
}

/// The answer of one check; `false` where it panics or takes too long.
async fn is_up(check: Arc<Check>, limit: Duration) -> bool {
    let mut check = Cut(tokio::spawn(async move { check().await }));
    matches!(tokio::time::timeout(limit, &mut check.0).await, Ok(Ok(true)))
}

/// A task that ends with this.
struct Cut(JoinHandle<bool>);

impl Drop for Cut {
    fn drop(&mut self) {
        self.0.abort();
    }
}
