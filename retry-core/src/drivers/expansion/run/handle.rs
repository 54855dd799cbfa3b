//! One call of an annotated function over a handle.
//!
//! What such a call can meet is known when it runs and not before: a handle may have a deadline, a
//! token, gates, a clock, or none of them. So there is one state for all, and the steps are those of
//! [`Run`](super::Run). It owns its handle: a call that borrowed it could not lend `&mut self` to its
//! body.

use std::fmt::Display;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::SiteClock;
use crate::drivers::bounds::{Cut, TimedOut};
use crate::drivers::budgets::Drawn;
use crate::drivers::call::{Call, Failed, Terms};
use crate::drivers::entering::Entering;
use crate::drivers::expansion::outcome::{Answer, AnswerStopped, Outcome};
use crate::drivers::expansion::probe::Judged;
use crate::drivers::gates::Passage;
use crate::drivers::halt::Halt;
use crate::drivers::observing::Listening;
use crate::drivers::retry::Retry;
use crate::drivers::retry::in_force::InForce;
use crate::drivers::shutdown::is_shutdown;
use crate::drivers::statistics::cell::{Counted, TallyOverHandles};
use crate::seams::clock::Clock;
use crate::seams::gate::Request;
use crate::seams::test_mode;
use crate::values::attempt::Attempt;
use crate::values::kind::{ErrorKind, Verdict};
use crate::values::labels::Labels;
use crate::values::retrying::Retrying;
use crate::values::stop::{StopReason, Stopped};
use crate::values::strategy::Strategy;

/// What is constant about a function over a handle.
#[derive(Clone, Copy, Debug)]
pub struct HandleSite {
    /// Its name in events, where the handle has none.
    pub name: &'static str,
    /// Whether an attempt that its time limit cut is worth another; see
    /// [`Site::new`](crate::drivers::expansion::Site::new).
    pub retries_timeouts: bool,
    /// Whether somebody asks how long the call took.
    pub keeps_time: bool,
    /// Where its calls are counted, where the handle has no name.
    pub tally: &'static TallyOverHandles,
}

/// One call over a handle, of a function whose body returns `R`; it waits as `W` does where the
/// handle has no clock.
pub struct HandleRun<C, W: SiteClock, R> {
    pub(super) retry: Retry<C>,
    pub(super) in_force: InForce,
    site: HandleSite,
    pub(super) call: Call,
    last: Option<R>,
    pub(super) passage: Passage,
    waits: PhantomData<fn() -> W>,
}

impl<C, W: SiteClock, R> HandleRun<C, W, R> {
    /// A call that starts now.
    #[must_use]
    pub fn start(retry: Retry<C>, site: HandleSite) -> Self {
        let labels = labels(&retry, site);
        let in_force = InForce::new(&retry);
        let listening = retry.listening();
        let measured = listening.0.has(Listening::LATENCY);
        let needs_time = measured || site.keeps_time || needs_time(&retry, &in_force);
        let started = needs_time.then(|| clock::<C, W>(&retry).now());
        let call = Call::start((&labels, in_force.policy(&retry)), started, listening);
        let (last, passage) = (None, Passage::default());
        Self { retry, in_force, site, call, last, passage, waits: PhantomData }
    }

    /// The attempt that starts now, for a body that asks.
    pub fn present_attempt(&mut self) -> Attempt {
        let now = self.now_if_timed();
        self.call.describe(terms::<C, W>((&self.retry, &self.in_force), self.site), now)
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        clock::<C, W>(&self.retry)
    }

    /// The attempt before the gates, and what can call it back from there.
    pub(super) fn entering(&mut self) -> (Entering<'_>, Option<&CancellationToken>) {
        let Self { retry, in_force, site, call, passage, .. } = self;
        let terms = terms::<C, W>((retry, in_force), *site);
        let attempt = call.attempts().saturating_add(1);
        let request = Request::new(terms.clock, call.deadline(terms), attempt);
        let custom = retry.custom_clock().map(|clock| &**clock).or_else(test_mode::clock);
        let entering =
            Entering { passage, gates: terms.gates, request, through: false, held: false, custom };
        (entering, retry.token())
    }

    /// What has ended the call while no attempt ran.
    pub(super) fn over(&self) -> Result<(), Halt> {
        if self.retry.token().is_some_and(CancellationToken::is_cancelled) {
            return Err(StopReason::Cancelled.into());
        }
        if self.call.attempts() > 0 && is_shutdown() {
            return Err(StopReason::Shutdown.into());
        }
        let deadline = self.deadline();
        if deadline.is_some_and(|deadline| self.clock().now() >= deadline) {
            return Err(StopReason::DeadlineExceeded.into());
        }
        Ok(())
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.call.deadline(terms::<C, W>((&self.retry, &self.in_force), self.site))
    }

    /// Starts the attempt that has come so far; the answer of the call where it has not.
    pub(super) fn entered<A>(&mut self, entered: Result<(), Halt>) -> Option<A>
    where
        A: Answer<R> + AnswerStopped,
    {
        let Err(halt) = entered else {
            self.call.begin_attempt();
            return None;
        };
        let stopped = self.halted(halt);
        Some(self.answer(stopped))
    }

    /// Takes the outcome of an attempt: `Break` with the answer of the call, or how long to wait.
    pub(super) fn settle<A, J, K, N>(
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
        let turned_down = outcome.value().map_or(None, accept);
        if turned_down.is_none() && outcome.value().is_ok() {
            self.succeeded();
            return ControlFlow::Break(A::success(outcome));
        }
        match self.failed(&outcome, turned_down, judge, notify) {
            Ok(delay) => {
                self.last = Some(outcome);
                ControlFlow::Continue(delay)
            }
            Err(stopped) => ControlFlow::Break(A::failure(outcome, stopped)),
        }
    }

    fn succeeded(&mut self) {
        let terms = terms::<C, W>((&self.retry, &self.in_force), self.site);
        if self.call.succeeded_at_once() && terms.gates.is_empty() {
            terms.budgets.succeeded(1, Drawn::default(), terms.clock);
        } else {
            self.call.succeeded(terms, Some(&mut self.passage));
        }
    }

    /// The failure of an attempt: its error is asked about; a value that was turned down has none.
    #[cold]
    fn failed<J, N>(
        &mut self,
        outcome: &R,
        turned_down: Option<Verdict>,
        judge: J,
        notify: N,
    ) -> Result<Duration, Stopped>
    where
        R: Outcome,
        J: for<'e> FnOnce(&C, &'e R::Error, &Attempt) -> Judged<'e>,
        N: FnOnce(&Retrying<'_, R::Error>),
    {
        let now = self.now_if_timed();
        let attempt =
            self.call.describe(terms::<C, W>((&self.retry, &self.in_force), self.site), now);
        let error = outcome.value().err();
        let judged = match (error, turned_down) {
            (Some(error), _) => judge(self.retry.classifier(), error, &attempt),
            (None, verdict) => Judged::turned_down(verdict),
        };
        let cause: &dyn Display = &judged.text;
        let delay = self.step(judged.verdict, cause, now)?;
        let kind = judged.verdict.kind().unwrap_or(ErrorKind::Unknown);
        notify(&Retrying { attempt, delay, kind, error, cause });
        Ok(delay)
    }

    /// An attempt that was cut has no error: a wait, or the answer of the call.
    #[cold]
    pub(super) fn was_cut<A, N>(&mut self, cut: Cut, notify: N) -> ControlFlow<A, Duration>
    where
        R: Outcome,
        A: Answer<R> + AnswerStopped,
        N: FnOnce(&Retrying<'_, R::Error>),
    {
        let cut = match cut {
            Cut::Attempt(limit) => self.timed_out(limit, notify),
            Cut::Deadline => Err(self.halted(StopReason::DeadlineExceeded.into())),
            Cut::Cancelled => Err(self.halted(StopReason::Cancelled.into())),
        };
        match cut {
            Ok(delay) => ControlFlow::Continue(delay),
            Err(stopped) => ControlFlow::Break(self.answer(stopped)),
        }
    }

    fn timed_out<N>(&mut self, limit: Duration, notify: N) -> Result<Duration, Stopped>
    where
        R: Outcome,
        N: FnOnce(&Retrying<'_, R::Error>),
    {
        let now = self.now_if_timed();
        let attempt =
            self.call.describe(terms::<C, W>((&self.retry, &self.in_force), self.site), now);
        let kind = ErrorKind::Timeout;
        let verdict =
            if self.site.retries_timeouts { Verdict::Retry(kind) } else { Verdict::Stop(kind) };
        let cause: &dyn Display = &TimedOut(limit);
        let delay = self.step(verdict, cause, now)?;
        notify(&Retrying { attempt, delay, kind, error: None, cause });
        Ok(delay)
    }

    /// What follows from a verdict: a wait, or the end of the call.
    fn step(
        &mut self,
        verdict: Verdict,
        cause: &dyn Display,
        now: Option<Instant>,
    ) -> Result<Duration, Stopped> {
        let terms = terms::<C, W>((&self.retry, &self.in_force), self.site);
        let failed = (Failed { verdict, error: cause }, Some(&mut self.passage));
        self.call.failed(terms, failed, now).map_err(|halt| self.call.stopped(halt, now))
    }

    /// The end of a call outside of an attempt that failed.
    fn halted(&mut self, halt: Halt) -> Stopped {
        let terms = terms::<C, W>((&self.retry, &self.in_force), self.site);
        let stopped = self.call.stopped(halt, Some(terms.clock.now()));
        self.call.cut(terms, &stopped, Some(&mut self.passage));
        stopped
    }

    fn answer<A: Answer<R> + AnswerStopped>(&mut self, stopped: Stopped) -> A {
        match self.last.take() {
            Some(outcome) => A::failure(outcome, stopped),
            None => A::stopped(stopped),
        }
    }

    fn now_if_timed(&self) -> Option<Instant> {
        self.call.keeps_time().then(|| self.clock().now())
    }
}

impl<C, W: SiteClock, R> Drop for HandleRun<C, W, R> {
    #[inline]
    fn drop(&mut self) {
        if self.passage.is_empty() && self.call.is_over() {
            return;
        }
        let terms = terms::<C, W>((&self.retry, &self.in_force), self.site);
        if !self.passage.is_empty() {
            self.call.dropped_at(terms, &mut self.passage);
        }
        if !self.call.is_over() {
            self.call.abandoned(terms);
        }
    }
}

fn clock<C, W: SiteClock>(retry: &Retry<C>) -> &dyn Clock {
    retry.custom_clock().map_or(W::CLOCK as &dyn Clock, |clock| &**clock)
}

fn terms<'a, C, W: SiteClock>(
    (retry, in_force): (&'a Retry<C>, &'a InForce),
    site: HandleSite,
) -> Terms<'a> {
    let terms = in_force.terms(retry, clock::<C, W>(retry));
    let counted = match terms.counted {
        Counted::Unnamed => Counted::Over(site.tally),
        own => own,
    };
    Terms { labels: labels(retry, site), counted, ..terms }
}

fn labels<C>(retry: &Retry<C>, site: HandleSite) -> Labels<'_> {
    let labels = retry.labels();
    Labels { name: labels.name.or(Some(site.name)), ..labels }
}

/// Whether a call over this handle can end outside of its attempts, which is told with the time that
/// it took, or computes its delays from it.
fn needs_time<C>(retry: &Retry<C>, in_force: &InForce) -> bool {
    let policy = in_force.policy(retry);
    policy.can_cut()
        || retry.token().is_some()
        || retry.has_deadline()
        || !in_force.gates(retry).is_empty()
        || matches!(policy.strategy(), Strategy::Custom(_))
}
