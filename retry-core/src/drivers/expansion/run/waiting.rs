//! One call of an annotated async function: its attempts, what cuts them, and how it resumes.

use std::fmt::Display;
use std::future::Future;
use std::ops::ControlFlow;
use std::time::Duration;

use super::{Run, SiteClock, Waiting};
use crate::drivers::bounds::{Bounds, Cut, TimedOut};
use crate::drivers::expansion::future::{Limited, Plain};
use crate::drivers::expansion::mode::{GATED, Keep, Kept, Mode, PLAIN, TIMED};
use crate::drivers::expansion::outcome::{Answer, AnswerStopped, Outcome};
use crate::drivers::expansion::probe::Judged;
use crate::seams::clock::Clock;
use crate::values::attempt::Attempt;
use crate::values::kind::{ErrorKind, Verdict};
use crate::values::retrying::Retrying;
use crate::values::stop::{StopReason, Stopped};

/// An async function of which no attempt can be cut.
impl<R> Run<PLAIN, Waiting, R> {
    /// Makes one attempt.
    #[inline]
    pub fn make_attempt<F: Future<Output = R>>(&mut self, operation: F) -> Plain<'_, F> {
        Plain { operation, span: self.call.span() }
    }

    /// The answer of a call that has ended during the wait.
    pub fn resume_call<A: Answer<R>>(&mut self, outcome: R) -> Option<A> {
        let stopped = self.begin_attempt()?;
        Some(A::failure(outcome, stopped))
    }
}

/// An async function with a time limit.
impl<R> Run<TIMED, Waiting, R> {
    /// Makes one attempt under its limits.
    #[inline]
    pub fn make_attempt<F: Future<Output = R>>(&mut self, operation: F) -> Limited<'_, F> {
        let terms = self.site.terms(Waiting::CLOCK, None);
        let deadline = self.call.deadline(terms);
        let attempt_timeout = terms.policy.attempt_timeout();
        let bounds = Bounds::new(Waiting.now(), attempt_timeout, deadline);
        Limited { operation, span: self.call.span(), bounds }
    }
}

/// Marks the calls that can end while no attempt is there to say how.
pub trait Cuttable: Keep {}

impl Cuttable for Mode<TIMED> {}
impl Cuttable for Mode<GATED> {}

/// An async function with a time limit or gates.
impl<const MODE: u8, R> Run<MODE, Waiting, R>
where
    Mode<MODE>: Cuttable,
{
    /// Takes the outcome of an attempt, or what cut it.
    #[inline]
    pub fn settle_attempt<A, J, K, N>(
        &mut self,
        attempted: Result<R, Cut>,
        judge: J,
        accept: K,
        notify: N,
    ) -> ControlFlow<A, (Duration, Kept)>
    where
        R: Outcome,
        A: Answer<R> + AnswerStopped,
        J: for<'e> FnOnce(&'e R::Error, &Attempt) -> Judged<'e>,
        K: FnOnce(&R::Value) -> Option<Verdict>,
        N: FnOnce(&Retrying<'_, R::Error>),
    {
        match attempted {
            Ok(outcome) => self.settle(outcome, judge, accept, notify).map_continue(|next| {
                let (delay, outcome) = next;
                Mode::<MODE>::put(&mut self.last, outcome);
                (delay, Kept)
            }),
            Err(cut) => match self.was_cut(cut, notify) {
                Ok(delay) => ControlFlow::Continue((delay, Kept)),
                Err(stopped) => ControlFlow::Break(self.answer(stopped)),
            },
        }
    }

    #[cold]
    fn was_cut<N>(&mut self, cut: Cut, notify: N) -> Result<Duration, Stopped>
    where
        R: Outcome,
        N: FnOnce(&Retrying<'_, R::Error>),
    {
        let now = Waiting.now();
        let Cut::Attempt(limit) = cut else {
            return Err(self.ended(StopReason::DeadlineExceeded, Some(now)));
        };
        let attempt = self.call.get().describe(self.site.terms(Waiting::CLOCK, None), Some(now));
        let kind = ErrorKind::Timeout;
        let verdict =
            if self.site.retries_timeouts() { Verdict::Retry(kind) } else { Verdict::Stop(kind) };
        let cause: &dyn Display = &TimedOut(limit);
        let delay = self.step(verdict, cause, Some(now))?;
        notify(&Retrying { attempt, delay, kind, error: None, cause });
        Ok(delay)
    }

    /// The answer of a call that has ended during the wait.
    pub fn resume_call<A: Answer<R> + AnswerStopped>(&mut self, _: Kept) -> Option<A> {
        let stopped = self.begin_attempt()?;
        Some(self.answer(stopped))
    }

    fn answer<A: Answer<R> + AnswerStopped>(&mut self, stopped: Stopped) -> A {
        match Mode::<MODE>::take(&mut self.last) {
            Some(outcome) => A::failure(outcome, stopped),
            None => A::stopped(stopped),
        }
    }
}
