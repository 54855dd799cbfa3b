//! How a call over a handle waits: a task, or a thread.

use std::future::Future;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::handle::HandleRun;
use super::{Blocking, Waiting};
use crate::drivers::attempts::pause;
use crate::drivers::blocking::{block, thread_waker};
use crate::drivers::bounds::{Bounds, Cut};
use crate::drivers::expansion::future::Watched;
use crate::drivers::expansion::outcome::{Answer, AnswerStopped, Outcome};
use crate::drivers::expansion::probe::Judged;
use crate::drivers::halt::Halt;
use crate::values::attempt::Attempt;
use crate::values::kind::Verdict;
use crate::values::retrying::Retrying;

/// An async function over a handle.
impl<C, R> HandleRun<C, Waiting, R> {
    /// Waits until the attempt may start; the answer of the call where it may not.
    pub async fn enter_gates<A: Answer<R> + AnswerStopped>(&mut self) -> Option<A> {
        let entered = match self.over() {
            Ok(()) if !self.in_force.gates(&self.retry).is_empty() => self.wait_at_gates().await,
            entered => entered,
        };
        self.entered(entered)
    }

    async fn wait_at_gates(&mut self) -> Result<(), Halt> {
        let (entering, token) = self.entering();
        entering.wait(token).await?;
        self.over()
    }

    /// Makes one attempt under its limits, with the gates looking on.
    pub fn make_attempt<F: Future<Output = R>>(&mut self, operation: F) -> Watched<'_, F> {
        let (started, deadline) = (self.now_if_limited(), self.deadline());
        let Self { retry, in_force, call, passage, .. } = self;
        let limited = |now| Bounds::new(now, in_force.policy(retry).attempt_timeout(), deadline);
        let bounds = started.map_or_else(Bounds::default, limited);
        let bounds = bounds.with_token(retry.token().cloned());
        let (span, gates, custom) =
            (Some(call.span()), in_force.gates(retry), retry.custom_clock());
        Watched { operation, span, bounds, started, gates, passage, custom }
    }

    /// The time, where an attempt has a limit, or gates that look on.
    fn now_if_limited(&self) -> Option<Instant> {
        let timed = self.in_force.policy(&self.retry).attempt_timeout().is_some()
            || self.deadline().is_some();
        (timed || !self.in_force.gates(&self.retry).is_empty()).then(|| self.clock().now())
    }

    /// Takes the outcome of an attempt, or what cut it.
    pub fn settle_attempt<A, J, K, N>(
        &mut self,
        attempted: Result<R, Cut>,
        judge: J,
        accept: K,
        notify: N,
    ) -> ControlFlow<A, (Duration, ())>
    where
        R: Outcome,
        A: Answer<R> + AnswerStopped,
        J: for<'e> FnOnce(&C, &'e R::Error, &Attempt) -> Judged<'e>,
        K: FnOnce(&R::Value) -> Option<Verdict>,
        N: FnOnce(&Retrying<'_, R::Error>),
    {
        let settled = match attempted {
            Ok(outcome) => self.settle(outcome, judge, accept, notify),
            Err(cut) => self.was_cut(cut, notify),
        };
        // What other loops keep across the wait, this call has by itself.
        settled.map_continue(|delay| (delay, ()))
    }

    /// Waits for `delay`, or until the call is cancelled, which the next step then finds.
    pub async fn pause_call(&mut self, delay: Duration) {
        let _ = pause((self.retry.token(), self.retry.custom_clock()), delay).await;
    }
}

/// A function over a handle that blocks.
impl<C, R> HandleRun<C, Blocking, R> {
    /// Blocks until the attempt may start; the answer of the call where it may not.
    pub fn enter_gates_blocking<A: Answer<R> + AnswerStopped>(&mut self) -> Option<A> {
        let entered = match self.over() {
            Ok(()) if !self.in_force.gates(&self.retry).is_empty() => self.block_at_gates(),
            entered => entered,
        };
        self.entered(entered)
    }

    fn block_at_gates(&mut self) -> Result<(), Halt> {
        let (entering, token) = self.entering();
        entering.block(token, &thread_waker())?;
        self.over()
    }

    /// Makes one attempt that blocks.
    pub fn call_attempt<O>(&self, operation: O) -> R
    where
        O: FnOnce() -> R,
    {
        self.call.span().in_attempt(operation)
    }

    /// Takes the outcome of an attempt.
    pub fn settle_attempt<A, J, K, N>(
        &mut self,
        outcome: R,
        judge: J,
        accept: K,
        notify: N,
    ) -> ControlFlow<A, Duration>
    where
        R: Outcome,
        A: Answer<R>,
        J: for<'e> FnOnce(&C, &'e R::Error, &Attempt) -> Judged<'e>,
        K: FnOnce(&R::Value) -> Option<Verdict>,
        N: FnOnce(&Retrying<'_, R::Error>),
    {
        self.settle(outcome, judge, accept, notify)
    }

    /// Blocks for `delay`, or until the call is cancelled, which the next step then finds.
    pub fn pause_call(&mut self, delay: Duration) {
        let _ = block(self.clock(), delay, self.retry.token());
    }
}
