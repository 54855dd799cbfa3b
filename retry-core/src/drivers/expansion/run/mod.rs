//! One call of an annotated function.

mod gated;
mod handle;
mod handle_steps;
mod waiting;

use std::fmt::Display;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

pub use self::handle::{HandleRun, HandleSite};
pub use self::waiting::Cuttable;
use super::mode::{GATED, Keep, Mode, PLAIN, split};
use super::outcome::{Answer, Outcome};
use super::probe::Judged;
use super::site::{InForce, Site};
use crate::drivers::blocking::block;
use crate::drivers::budgets::Drawn;
use crate::drivers::call::Failed;
use crate::drivers::lazy_call::LazyCall;
use crate::drivers::observing::Listening;
use crate::drivers::operations::operation::Reach;
use crate::drivers::shutdown::{self, is_shutdown};
use crate::drivers::spans::CallSpan;
use crate::seams::clock::Clock;
pub use crate::seams::clock::{ThreadClock as Blocking, TokioClock as Waiting};
use crate::seams::test_mode;
use crate::values::attempt::Attempt;
use crate::values::kind::{ErrorKind, Verdict};
use crate::values::retrying::Retrying;
use crate::values::stop::{StopReason, Stopped};

/// One call of an annotated function whose body returns `R`, on the clock `C`.
pub struct Run<const MODE: u8, C, R>
where
    Mode<MODE>: Keep,
    C: SiteClock,
{
    site: InForce,
    call: LazyCall,
    last: <Mode<MODE> as Keep>::Slot<R>,
    way: <Mode<MODE> as Keep>::Way,
    clock: PhantomData<fn() -> C>,
}

/// How the calls of a function wait.
pub trait SiteClock: Clock + Sized + 'static {
    const CLOCK: &'static Self;
    /// Whether an attempt can be cut.
    const CUTS: bool;
}

impl SiteClock for Waiting {
    const CLOCK: &'static Self = &Self;
    const CUTS: bool = true;
}

impl SiteClock for Blocking {
    const CLOCK: &'static Self = &Self;
    const CUTS: bool = false;
}

impl<const MODE: u8, C, R> Run<MODE, C, R>
where
    Mode<MODE>: Keep<Way = ()>,
    C: SiteClock,
{
    /// A call that starts now. `keeps_time` where somebody asks how long it took.
    ///
    /// Nearly always nobody looks on, and settings say nothing: then there is hardly anything to do.
    #[inline(always)]
    #[must_use]
    pub fn start(site: &'static Site, keeps_time: bool) -> Self {
        let listening = Listening::now();
        let looked_at = !listening.only_counts() || CallSpan::is_wanted();
        match site.as_in_code() {
            Some(site) if MODE == PLAIN && !keeps_time && !looked_at => Self {
                site,
                call: LazyCall::unheard(listening),
                last: Default::default(),
                way: (),
                clock: PhantomData,
            },
            _ => Self::start_otherwise(site, keeps_time),
        }
    }

    #[inline(never)]
    fn start_otherwise(site: &'static Site, keeps_time: bool) -> Self {
        Self::new(site.in_force(Self::REACH), keeps_time, ())
    }
}

impl<const MODE: u8, C, R> Run<MODE, C, R>
where
    Mode<MODE>: Keep,
    C: SiteClock,
{
    /// What settings can do to these calls.
    const REACH: Reach = Reach { cuts: MODE != PLAIN && C::CUTS, refuses: MODE == GATED };

    fn new(site: InForce, keeps_time: bool, way: <Mode<MODE> as Keep>::Way) -> Self {
        let listening = Listening::now();
        let timed = keeps_time || listening.has(Listening::LATENCY) || site.asks_for_time();
        let started = (MODE != PLAIN || timed).then(|| C::CLOCK.now());
        let called = || (site.labels(), site.policy());
        let call = LazyCall::start(started, listening, MODE != GATED, called);
        Self { site, call, last: Default::default(), way, clock: PhantomData }
    }

    /// The attempt that starts now, for a body that asks.
    pub fn present_attempt(&mut self) -> Attempt {
        let now = self.now_if_timed();
        self.call.describe(self.site.terms(C::CLOCK, None), now)
    }

    #[inline]
    fn settle<A, J, K, N>(
        &mut self,
        outcome: R,
        judge: J,
        accept: K,
        notify: N,
    ) -> ControlFlow<A, (Duration, R)>
    where
        R: Outcome,
        A: Answer<R>,
        J: for<'e> FnOnce(&'e R::Error, &Attempt) -> Judged<'e>,
        K: FnOnce(&R::Value) -> Option<Verdict>,
        N: FnOnce(&Retrying<'_, R::Error>),
    {
        let turned_down = outcome.value().map_or(None, accept);
        if turned_down.is_none() && outcome.value().is_ok() {
            if self.call.succeeds_at_once() {
                let budgets = match split::<MODE>(&mut self.way) {
                    (Some(shared), Some(passage)) => {
                        passage.succeeded(&shared.gates, C::CLOCK);
                        shared.budgets()
                    }
                    _ => self.site.budgets(),
                };
                budgets.succeeded(1, Drawn::default(), C::CLOCK);
                if !self.call.listening().is_nobody() {
                    self.count();
                }
            } else {
                let (shared, passage) = split::<MODE>(&mut self.way);
                self.call.get().succeeded(self.site.terms(C::CLOCK, shared), passage);
            }
            return ControlFlow::Break(A::success(outcome));
        }
        let now = self.now_if_timed();
        match self.failed(&outcome, turned_down, judge, notify, now) {
            Ok(delay) => ControlFlow::Continue((delay, outcome)),
            Err(stopped) => ControlFlow::Break(A::failure(outcome, stopped)),
        }
    }

    /// A success at once, for those who count.
    #[inline(never)]
    fn count(&self) {
        let listening = self.call.listening();
        let elapsed = || self.call.elapsed(C::CLOCK.now());
        let took = if listening.has(Listening::LATENCY) { elapsed() } else { None };
        if listening.has(Listening::COUNTS) {
            self.site.count_at_once(took);
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
        now: Option<Instant>,
    ) -> Result<Duration, Stopped>
    where
        R: Outcome,
        J: for<'e> FnOnce(&'e R::Error, &Attempt) -> Judged<'e>,
        N: FnOnce(&Retrying<'_, R::Error>),
    {
        let attempt = self.call.get().describe(self.site.terms(C::CLOCK, None), now);
        let error = outcome.value().err();
        let judged = match (error, turned_down) {
            (Some(error), _) => judge(error, &attempt),
            (None, verdict) => Judged::turned_down(verdict),
        };
        let cause: &dyn Display = &judged.text;
        let delay = self.step(judged.verdict, cause, now)?;
        let kind = judged.verdict.kind().unwrap_or(ErrorKind::Unknown);
        notify(&Retrying { attempt, delay, kind, error, cause });
        Ok(delay)
    }

    /// What follows from a verdict: a wait, or the end of the call.
    fn step(
        &mut self,
        verdict: Verdict,
        cause: &dyn Display,
        now: Option<Instant>,
    ) -> Result<Duration, Stopped> {
        let (shared, passage) = split::<MODE>(&mut self.way);
        let terms = self.site.terms(C::CLOCK, shared);
        let failed = Failed { verdict, error: cause };
        let call = self.call.get();
        let failed = call.failed(terms, (failed, passage), now);
        failed.map_err(|halt| call.stopped(halt, now))
    }

    /// Begins the next attempt, unless the call has ended during the wait: then how.
    fn begin_attempt(&mut self) -> Option<Stopped> {
        if is_shutdown() {
            let now = self.now_if_timed();
            return Some(self.ended(StopReason::Shutdown, now));
        }
        if MODE != PLAIN
            && let Some(deadline) = self.call.deadline(self.site.terms(C::CLOCK, None))
        {
            let now = C::CLOCK.now();
            if now >= deadline {
                return Some(self.ended(StopReason::DeadlineExceeded, Some(now)));
            }
        }
        if MODE != GATED {
            self.call.begin_attempt();
        }
        None
    }

    /// The end of a call that no attempt of its own has ended.
    fn ended(&mut self, reason: StopReason, now: Option<Instant>) -> Stopped {
        let call = self.call.get();
        let stopped = call.stopped(reason.into(), now);
        let (shared, passage) = split::<MODE>(&mut self.way);
        call.cut(self.site.terms(C::CLOCK, shared), &stopped, passage);
        stopped
    }

    #[cold]
    fn leave_gates(&mut self) {
        if let (shared, Some(passage)) = split::<MODE>(&mut self.way) {
            self.call.get().dropped_at(self.site.terms(C::CLOCK, shared), passage);
        }
    }

    #[cold]
    fn abandon(&mut self) {
        if self.call.is_over() || self.call.is_unheard() && !std::thread::panicking() {
            return;
        }
        let (shared, _) = split::<MODE>(&mut self.way);
        self.call.get().abandoned(self.site.terms(C::CLOCK, shared));
    }

    fn now_if_timed(&self) -> Option<Instant> {
        self.call.keeps_time().then(|| C::CLOCK.now())
    }
}

/// A call whose attempts cannot be cut: one that blocks, or has no time limit.
impl<const MODE: u8, C, R> Run<MODE, C, R>
where
    Mode<MODE>: Keep,
    C: SiteClock,
    (Mode<MODE>, C): Uncut,
{
    /// Takes the outcome of an attempt: `Break` with the answer of the call, or how long to wait, and
    /// what to end with where the wait ends the call.
    ///
    /// `judge` says what an error is, `accept` whether an `Ok` value is wanted, `notify` is told
    /// of a retry. They are arguments of their own, and not fields of one, so that the compiler
    /// knows the types of the closures from here.
    #[inline]
    pub fn settle_attempt<A, J, K, N>(
        &mut self,
        outcome: R,
        judge: J,
        accept: K,
        notify: N,
    ) -> ControlFlow<A, (Duration, R)>
    where
        R: Outcome,
        A: Answer<R>,
        J: for<'e> FnOnce(&'e R::Error, &Attempt) -> Judged<'e>,
        K: FnOnce(&R::Value) -> Option<Verdict>,
        N: FnOnce(&Retrying<'_, R::Error>),
    {
        self.settle(outcome, judge, accept, notify)
    }
}

/// Marks the calls whose attempts always have an outcome.
pub trait Uncut {}

impl<const MODE: u8> Uncut for (Mode<MODE>, Blocking) {}
impl Uncut for (Mode<PLAIN>, Waiting) {}

/// A function that blocks.
impl<const MODE: u8, R> Run<MODE, Blocking, R>
where
    Mode<MODE>: Keep,
{
    /// Makes one attempt that blocks.
    #[inline]
    pub fn call_attempt<O>(&self, operation: O) -> R
    where
        O: FnOnce() -> R,
    {
        match self.call.span() {
            None => operation(),
            Some(span) => span.in_attempt(operation),
        }
    }

    /// Blocks for `delay`; the answer of the call where that has ended it.
    pub fn block_for<A: Answer<R>>(&mut self, (delay, outcome): (Duration, R)) -> Option<A> {
        match test_mode::clock() {
            Some(clock) => _ = block(clock, delay, None),
            None if delay.is_zero() => {}
            None => shutdown::sleep(delay),
        }
        if let Some(stopped) = self.begin_attempt() {
            return Some(A::failure(outcome, stopped));
        }
        Mode::<MODE>::put(&mut self.last, outcome);
        None
    }
}

impl<const MODE: u8, C, R> Drop for Run<MODE, C, R>
where
    Mode<MODE>: Keep,
    C: SiteClock,
{
    #[inline(always)]
    fn drop(&mut self) {
        if let (_, Some(passage)) = split::<MODE>(&mut self.way)
            && !passage.is_empty()
        {
            self.leave_gates();
        }
        if !self.call.is_done() {
            self.abandon();
        }
    }
}
