//! The loop for code that blocks its thread.

use std::fmt::Display;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::drivers::attempts::Attempts;
use crate::drivers::open_attempt::OpenAttempt;
use crate::drivers::shutdown::{ThreadWait, is_shutdown};
use crate::seams::classify::{ByClassify, Classifier};
use crate::seams::clock::Clock;
use crate::values::error::RetryError;
use crate::values::report::Report;
use crate::values::stop::StopReason;

/// [`Attempts`] for code that blocks its thread; made by
/// [`Retry::attempts_blocking`](crate::Retry::attempts_blocking).
#[derive(Debug)]
#[must_use = "nothing is attempted until `next` is called"]
pub struct BlockingAttempts<'r, E, C = ByClassify>(Attempts<'r, E, C>);

impl<'r, E, C> BlockingAttempts<'r, E, C> {
    pub(crate) const fn new(attempts: Attempts<'r, E, C>) -> Self {
        Self(attempts)
    }

    /// Blocks until the next attempt may start. `None` when there is none: the call has ended,
    /// and [`finish`](Self::finish) says how.
    // Not an iterator: what it hands out borrows from it.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Option<OpenAttempt<'_, 'r, E, C>> {
        let attempts = &mut self.0;
        let delay = attempts.until_due()?;
        if attempts.call.attempts() > 0
            && let Err(reason) = block(attempts.clock, delay, attempts.retry.token())
        {
            attempts.cut(reason);
            return None;
        }
        if !attempts.in_force.gates(attempts.retry).is_empty() {
            let token = attempts.retry.token();
            if let Err(halt) = attempts.entering().block(token, &thread_waker()) {
                attempts.cut(halt);
                return None;
            }
        }
        attempts.hand_out(delay)
    }

    /// The end of a call for which [`next`](Self::next) has no more attempts.
    #[must_use]
    pub fn finish(self) -> RetryError<E> {
        self.0.finish()
    }

    /// How the call went so far.
    #[must_use]
    pub fn report(&self) -> Report {
        self.0.report()
    }
}

impl<E: Display, C: Classifier<E>> BlockingAttempts<'_, E, C> {
    pub(crate) fn drive<T, F>(&mut self, mut operation: F) -> Result<T, RetryError<E>>
    where
        F: FnMut() -> Result<T, E>,
    {
        while let Some(attempt) = self.next() {
            let span = attempt.attempts.call.span();
            let result = span.in_attempt(&mut operation);
            if let ControlFlow::Break(result) = attempt.record(result) {
                return result;
            }
        }
        Err(self.0.conclude())
    }
}

/// Blocks the thread for `delay`, or until the token is triggered or the process shuts down.
pub(crate) fn block(
    clock: &dyn Clock,
    delay: Duration,
    token: Option<&CancellationToken>,
) -> Result<(), StopReason> {
    let end = clock.now().checked_add(delay);
    let waker = thread_waker();
    let _entered = ThreadWait::of(&waker, delay);
    let mut context = Context::from_waker(&waker);
    let mut cancelled = pin!(token.map(CancellationToken::cancelled));
    loop {
        if let Some(cancelled) = cancelled.as_mut().as_pin_mut()
            && cancelled.poll(&mut context).is_ready()
        {
            return Err(StopReason::Cancelled);
        }
        if is_shutdown() {
            return Err(StopReason::Shutdown);
        }
        let left = end.map_or(Duration::MAX, |end| end.saturating_duration_since(clock.now()));
        if left.is_zero() {
            return Ok(());
        }
        clock.park(left);
    }
}

/// Wakes the present thread.
pub(crate) fn thread_waker() -> Waker {
    Waker::from(Arc::new(Unpark(std::thread::current())))
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
