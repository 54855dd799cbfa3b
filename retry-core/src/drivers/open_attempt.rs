//! One attempt of the open loop.

use std::fmt::Display;
use std::future::Future;
use std::ops::{ControlFlow, Deref};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use crate::drivers::attempts::Attempts;
use crate::drivers::bounds::{Bounds, End};
use crate::seams::classify::{ByClassify, Classifier};
use crate::values::attempt::Attempt;
use crate::values::error::RetryError;

/// An attempt that may be made now: [`run`](Self::run) makes it, or the caller makes it and
/// [`record`](Self::record)s how it ended.
///
/// Reads as the [`Attempt`] that it is. Dropped without a record it counts as a failure, so a
/// loop that forgets to record still waits between attempts and ends.
#[derive(Debug)]
#[must_use = "an attempt that is not recorded counts as a failure"]
pub struct OpenAttempt<'a, 'r, E, C = ByClassify> {
    pub(super) attempts: &'a mut Attempts<'r, E, C>,
    pub(super) attempt: Attempt,
    pub(super) started: Instant,
}

impl<'a, 'r, E: Display, C: Classifier<E>> OpenAttempt<'a, 'r, E, C> {
    /// Records how the attempt ended: `Break` with the result of the call, `Continue` when
    /// another attempt is worth waiting for.
    pub fn record<T>(self, result: Result<T, E>) -> ControlFlow<Result<T, RetryError<E>>> {
        self.attempts.record(&self.attempt, result)
    }

    /// Runs `operation` under the attempt timeout, the deadline and the cancellation token, and
    /// records how it ended.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the operation; the attempt counts as a failure if the loop goes
    /// on.
    pub fn run<T, F>(self, operation: F) -> RunAttempt<'a, 'r, E, C, F>
    where
        F: Future<Output = Result<T, E>>,
    {
        let Attempts { retry, call, in_force, clock, .. } = &*self.attempts;
        let terms = in_force.terms(retry, *clock);
        let attempt_timeout = terms.policy.attempt_timeout();
        let bounds = Bounds::new(self.started, attempt_timeout, call.deadline(terms))
            .with_token(retry.token().cloned());
        RunAttempt { operation, bounds, open: self }
    }
}

impl<E, C> Deref for OpenAttempt<'_, '_, E, C> {
    type Target = Attempt;

    fn deref(&self) -> &Attempt {
        &self.attempt
    }
}

pin_project_lite::pin_project! {
    /// An attempt under way; made by [`OpenAttempt::run`].
    #[must_use = "futures do nothing unless polled"]
    pub struct RunAttempt<'a, 'r, E, C, F> {
        #[pin]
        operation: F,
        bounds: Bounds,
        open: OpenAttempt<'a, 'r, E, C>,
    }
}

impl<T, E, C, F> Future for RunAttempt<'_, '_, E, C, F>
where
    E: Display,
    C: Classifier<E>,
    F: Future<Output = Result<T, E>>,
{
    type Output = ControlFlow<Result<T, RetryError<E>>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let attempts = &mut *this.open.attempts;
        let operation = this.operation;
        if let Poll::Ready(result) = attempts.call.span().in_attempt(|| operation.poll(context)) {
            return Poll::Ready(attempts.record(&this.open.attempt, result));
        }
        loop {
            let gates = attempts.in_force.gates(attempts.retry);
            let overdue = attempts.passage.overdue_at(gates, this.open.started);
            let custom = attempts.retry.custom_clock();
            match ready!(this.bounds.poll_watched(overdue, custom, context)) {
                End::Cut(cut) => return Poll::Ready(attempts.record_cut(cut)),
                End::Overdue(patience) => {
                    attempts.passage.overdue(gates, patience, attempts.clock);
                }
            }
        }
    }
}

impl<E, C, F> std::fmt::Debug for RunAttempt<'_, '_, E, C, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunAttempt").field("attempt", &self.open.attempt).finish_non_exhaustive()
    }
}
