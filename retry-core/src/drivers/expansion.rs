//! What `#[with_retry]` expands to: a [`Site`] per function, a [`Run`] per call.
//!
//! The attribute writes the loop in place, around the body of the function, so that the body can
//! borrow whatever the function can. All that the loop decides is decided here. A call whose
//! policy has no timeout can always end with an outcome of its own, so it keeps none while it
//! waits, reads no clock, and asks nothing of the error type; that difference is made by the
//! type parameter `TIMED`, at compile time.
//!
//! The methods have long names on purpose: a trait that an application has in scope must not have
//! them too.

#![allow(missing_docs, missing_debug_implementations)] // not public: see `__private`

use std::fmt::{self, Display};
use std::future::Future;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use crate::drivers::bounds::{Bounds, Cut, TimedOut};
use crate::drivers::call::{Call, Labels, Terms};
use crate::drivers::pause::Pause;
use crate::drivers::probe::Judged;
use crate::drivers::seeds::Seeds;
use crate::drivers::trace::CallSpan;
use crate::machines::session::Step;
use crate::seams::clock::Clock;
pub use crate::seams::clock::{ThreadClock as Blocking, TokioClock as Waiting};
use crate::values::attempt::Attempt;
use crate::values::error::RetryError;
use crate::values::event::Retrying;
use crate::values::kind::{ErrorKind, Verdict};
use crate::values::policy::RetryPolicy;
use crate::values::stop::{StopReason, Stopped};
use crate::values::strategy::Strategy;

/// What is constant about an annotated function.
#[derive(Debug)]
pub struct Site {
    policy: RetryPolicy,
    labels: Labels<'static>,
    retries_timeouts: bool,
}

impl Site {
    /// `retries_timeouts` is whether an attempt that its time limit cut is worth another: it has
    /// no error that the conditions could be asked about.
    #[must_use]
    pub const fn new(
        policy: RetryPolicy,
        name: &'static str,
        service: Option<&'static str>,
        retries_timeouts: bool,
    ) -> Self {
        let labels = Labels { name: Some(name), service };
        Self { policy, labels, retries_timeouts }
    }

    const fn terms(&'static self) -> Terms<'static> {
        Terms { policy: &self.policy, labels: self.labels, seeds: &Seeds::Process, deadline: None }
    }
}

/// Marks the policy of a function that blocks, where no attempt can be cut.
#[must_use]
#[track_caller]
pub const fn blocking(policy: RetryPolicy) -> RetryPolicy {
    assert!(
        policy.attempt_timeout().is_none(),
        "attempt_timeout has no effect on a function that blocks: a thread cannot be cut"
    );
    policy
}

/// What an attempt returns: a value or a failure.
#[diagnostic::on_unimplemented(
    message = "`#[with_retry]` goes on a function that can fail, and `{Self}` cannot",
    label = "neither a `Result` nor an `Option`",
    note = "a function is retried when it returns `Err` or `None`"
)]
pub trait Outcome: Sized {
    type Value;
    type Error;
    fn value(&self) -> Result<&Self::Value, &Self::Error>;
}

impl<T, E> Outcome for Result<T, E> {
    type Value = T;
    type Error = E;
    fn value(&self) -> Result<&T, &E> {
        self.as_ref()
    }
}

impl<T> Outcome for Option<T> {
    type Value = T;
    type Error = Nothing;
    fn value(&self) -> Result<&T, &Nothing> {
        self.as_ref().ok_or(&Nothing)
    }
}

/// The failure of a function that returns an `Option`.
#[derive(Debug)]
pub struct Nothing;

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("None")
    }
}

/// What the function returns, made from the outcome `R` of its body: that outcome itself, or a
/// [`RetryError`] around its error.
pub trait Answer<R>: Sized {
    fn success(outcome: R) -> Self;
    fn failure(outcome: R, stopped: Stopped) -> Self;
}

impl<R> Answer<R> for R {
    fn success(outcome: R) -> Self {
        outcome
    }
    fn failure(outcome: R, _: Stopped) -> Self {
        outcome
    }
}

impl<T, E> Answer<Result<T, E>> for Result<T, RetryError<E>> {
    fn success(outcome: Result<T, E>) -> Self {
        outcome.map_err(|_| unreachable!("a success"))
    }
    fn failure(outcome: Result<T, E>, stopped: Stopped) -> Self {
        outcome.map_err(|error| RetryError::new(stopped, Some(error)))
    }
}

/// A return type that can say that a call ended without any outcome.
pub trait AnswerStopped {
    fn stopped(stopped: Stopped) -> Self;
}

impl<T, E: FromStopped> AnswerStopped for Result<T, E> {
    fn stopped(stopped: Stopped) -> Self {
        Err(E::from_stopped(stopped))
    }
}

impl<T> AnswerStopped for Option<T> {
    fn stopped(_: Stopped) -> Self {
        None
    }
}

#[diagnostic::on_unimplemented(
    message = "a timeout can end this call before any attempt has returned an error, and `{Self}` cannot say so",
    label = "`{Self}` cannot be made from `retry_core::Stopped`",
    note = "return `Result<_, retry_core::RetryError<{Self}>>`, which says why the call ended",
    note = "or, where the type is your own, add: impl From<retry_core::Stopped> for {Self} {{ fn from(stopped: retry_core::Stopped) -> Self {{ todo!() }} }}"
)]
pub trait FromStopped {
    fn from_stopped(stopped: Stopped) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<Stopped>> FromStopped for E {
    fn from_stopped(stopped: Stopped) -> Self {
        stopped.into()
    }
}

/// What a call keeps of its newest outcome while it waits and tries again.
pub trait Keep {
    type Slot<R>: Default;
    fn put<R>(slot: &mut Self::Slot<R>, outcome: R);
    fn take<R>(slot: &mut Self::Slot<R>) -> Option<R>;
}

/// Whether a call can end while no attempt is there to say how.
#[derive(Debug)]
pub struct Timed<const TIMED: bool>;

impl Keep for Timed<false> {
    type Slot<R> = ();
    fn put<R>((): &mut (), _: R) {}
    fn take<R>((): &mut ()) -> Option<R> {
        None
    }
}

impl Keep for Timed<true> {
    type Slot<R> = Option<R>;
    fn put<R>(slot: &mut Option<R>, outcome: R) {
        *slot = Some(outcome);
    }
    fn take<R>(slot: &mut Option<R>) -> Option<R> {
        slot.take()
    }
}

/// One call of an annotated function whose body returns `R`, on the clock `C`.
pub struct Run<const TIMED: bool, C, R>
where
    Timed<TIMED>: Keep,
{
    site: &'static Site,
    call: Call,
    last: <Timed<TIMED> as Keep>::Slot<R>,
    clock: PhantomData<fn() -> C>,
}

impl<const TIMED: bool, C, R> Run<TIMED, C, R>
where
    Timed<TIMED>: Keep,
    C: Clock + Default,
{
    /// A call that starts now. `keeps_time` where somebody asks how long it took.
    pub fn start(site: &'static Site, keeps_time: bool) -> Self {
        let asks_for_it = matches!(site.policy.strategy(), Strategy::Custom(_));
        let started = (TIMED || keeps_time || asks_for_it).then(|| C::default().now());
        let call = Call::start(site.labels, started);
        Self { site, call, last: Default::default(), clock: PhantomData }
    }

    /// The attempt that starts now, for a body that asks.
    pub fn present_attempt(&self) -> Attempt {
        self.call.describe(self.site.terms(), self.now_if_timed())
    }

    #[inline]
    fn settle<A, J, K, N>(
        &mut self,
        outcome: R,
        judge: J,
        accept: K,
        notify: N,
    ) -> ControlFlow<A, Duration>
    where
        R: Outcome,
        A: Answer<R>,
        J: for<'e> FnOnce(&'e R::Error, &Attempt) -> Judged<'e>,
        K: FnOnce(&R::Value) -> bool,
        N: FnOnce(&Retrying<'_, R::Error>),
    {
        if outcome.value().is_ok_and(accept) {
            self.call.succeeded(self.site.labels);
            return ControlFlow::Break(A::success(outcome));
        }
        let now = self.now_if_timed();
        match self.failed(&outcome, judge, notify, now) {
            Ok(delay) => {
                Timed::<TIMED>::put(&mut self.last, outcome);
                ControlFlow::Continue(delay)
            }
            Err(stopped) => ControlFlow::Break(A::failure(outcome, stopped)),
        }
    }

    /// The failure of an attempt: its error is asked about; a value that was turned down has none.
    #[cold]
    fn failed<J, N>(
        &mut self,
        outcome: &R,
        judge: J,
        notify: N,
        now: Option<Instant>,
    ) -> Result<Duration, Stopped>
    where
        R: Outcome,
        J: for<'e> FnOnce(&'e R::Error, &Attempt) -> Judged<'e>,
        N: FnOnce(&Retrying<'_, R::Error>),
    {
        let attempt = self.call.describe(self.site.terms(), now);
        let error = outcome.value().err();
        let judged = match error {
            Some(error) => judge(error, &attempt),
            None => Judged::turned_down(),
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
        let attempts = self.call.attempt();
        match self.call.failed(self.site.terms(), (verdict, cause), now) {
            Step::Wait(delay) => Ok(delay),
            Step::Stop(reason) => Err(self.call.stopped(reason, attempts, now)),
            // An error that is called a success ends the call as it is.
            Step::Done => Err(self.call.stopped(StopReason::NotRetryable, attempts, now)),
        }
    }

    /// The time, if it is past the deadline.
    fn passed_deadline(&self) -> Option<Instant> {
        if !TIMED {
            return None;
        }
        let deadline = self.call.deadline(self.site.terms())?;
        let now = C::default().now();
        (now >= deadline).then_some(now)
    }

    /// The end of a call whose time has run out after so many attempts.
    fn out_of_time(&mut self, attempts: u32, now: Instant) -> Stopped {
        let stopped = self.call.stopped(StopReason::DeadlineExceeded, attempts, Some(now));
        self.call.cut(self.site.terms(), &stopped);
        stopped
    }

    fn now_if_timed(&self) -> Option<Instant> {
        self.call.keeps_time().then(|| C::default().now())
    }
}

/// A function that blocks.
impl<const TIMED: bool, R> Run<TIMED, Blocking, R>
where
    Timed<TIMED>: Keep,
{
    /// Makes one attempt that blocks.
    pub fn call_attempt<O>(&self, operation: O) -> R
    where
        O: FnOnce() -> R,
    {
        self.call.span().in_scope(operation)
    }

    /// Takes the outcome of an attempt: `Break` with the answer of the call, or how long to wait.
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
    ) -> ControlFlow<A, Duration>
    where
        R: Outcome,
        A: Answer<R>,
        J: for<'e> FnOnce(&'e R::Error, &Attempt) -> Judged<'e>,
        K: FnOnce(&R::Value) -> bool,
        N: FnOnce(&Retrying<'_, R::Error>),
    {
        self.settle(outcome, judge, accept, notify)
    }

    /// Blocks for `delay`; the answer of the call when its time has run out by then.
    pub fn block_for<A: Answer<R>>(&mut self, delay: Duration) -> Option<A> {
        if !delay.is_zero() {
            std::thread::sleep(delay);
        }
        let now = self.passed_deadline()?;
        let outcome = Timed::<TIMED>::take(&mut self.last)?;
        let stopped = self.out_of_time(self.call.attempt() - 1, now);
        Some(A::failure(outcome, stopped))
    }
}

/// An async function of which no attempt can be cut.
impl<R> Run<false, Waiting, R> {
    /// Makes one attempt.
    pub fn make_attempt<F: Future<Output = R>>(&mut self, operation: F) -> Plain<'_, F> {
        Plain { operation, span: self.call.span() }
    }

    /// Takes the outcome of an attempt, as a function that blocks does.
    #[inline]
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
        J: for<'e> FnOnce(&'e R::Error, &Attempt) -> Judged<'e>,
        K: FnOnce(&R::Value) -> bool,
        N: FnOnce(&Retrying<'_, R::Error>),
    {
        self.settle(outcome, judge, accept, notify)
    }

    /// The answer of a call whose time has run out during the wait: never.
    #[inline]
    pub fn resume_call<A>(&mut self) -> Option<A> {
        None
    }
}

/// An async function with a time limit.
impl<R> Run<true, Waiting, R> {
    /// Makes one attempt under its limits.
    pub fn make_attempt<F: Future<Output = R>>(&mut self, operation: F) -> Limited<'_, F> {
        let terms = self.site.terms();
        let deadline = self.call.deadline(terms);
        let attempt_timeout = terms.policy.attempt_timeout();
        let bounds = Bounds::new(Waiting.now(), attempt_timeout, deadline);
        Limited { operation, span: self.call.span(), bounds }
    }

    /// Takes the outcome of an attempt, or what cut it.
    #[inline]
    pub fn settle_attempt<A, J, K, N>(
        &mut self,
        attempted: Result<R, Cut>,
        judge: J,
        accept: K,
        notify: N,
    ) -> ControlFlow<A, Duration>
    where
        R: Outcome,
        A: Answer<R> + AnswerStopped,
        J: for<'e> FnOnce(&'e R::Error, &Attempt) -> Judged<'e>,
        K: FnOnce(&R::Value) -> bool,
        N: FnOnce(&Retrying<'_, R::Error>),
    {
        match attempted {
            Ok(outcome) => self.settle(outcome, judge, accept, notify),
            Err(cut) => match self.was_cut(cut, notify) {
                Ok(delay) => ControlFlow::Continue(delay),
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
            return Err(self.out_of_time(self.call.attempt(), now));
        };
        let attempt = self.call.describe(self.site.terms(), Some(now));
        let kind = ErrorKind::Timeout;
        let verdict =
            if self.site.retries_timeouts { Verdict::Retry(kind) } else { Verdict::Stop(kind) };
        let cause: &dyn Display = &TimedOut(limit);
        let delay = self.step(verdict, cause, Some(now))?;
        notify(&Retrying { attempt, delay, kind, error: None, cause });
        Ok(delay)
    }

    /// The answer of a call whose time has run out during the wait.
    pub fn resume_call<A: Answer<R> + AnswerStopped>(&mut self) -> Option<A> {
        let now = self.passed_deadline()?;
        let stopped = self.out_of_time(self.call.attempt() - 1, now);
        Some(self.answer(stopped))
    }

    fn answer<A: Answer<R> + AnswerStopped>(&mut self, stopped: Stopped) -> A {
        match self.last.take() {
            Some(outcome) => A::failure(outcome, stopped),
            None => A::stopped(stopped),
        }
    }
}

impl<const TIMED: bool, C, R> Drop for Run<TIMED, C, R>
where
    Timed<TIMED>: Keep,
{
    fn drop(&mut self) {
        self.call.dropped(self.site.labels);
    }
}

pin_project_lite::pin_project! {
    /// An attempt that nothing cuts.
    #[must_use]
    pub struct Plain<'a, F> {
        #[pin]
        operation: F,
        span: &'a CallSpan,
    }
}

impl<F: Future> Future for Plain<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let operation = this.operation;
        this.span.in_scope(|| operation.poll(context))
    }
}

pin_project_lite::pin_project! {
    /// An attempt under its limits.
    #[must_use]
    pub struct Limited<'a, F> {
        #[pin]
        operation: F,
        span: &'a CallSpan,
        bounds: Bounds,
    }
}

impl<F: Future> Future for Limited<'_, F> {
    type Output = Result<F::Output, Cut>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let operation = this.operation;
        if let Poll::Ready(outcome) = this.span.in_scope(|| operation.poll(context)) {
            return Poll::Ready(Ok(outcome));
        }
        Poll::Ready(Err(ready!(this.bounds.poll(None, context))))
    }
}

/// A value of the type that the body returns, for inference only.
pub fn hint<R>() -> R {
    unreachable!("only its type is used")
}

/// Waits for `delay`.
pub fn pause(delay: Duration) -> Pause {
    Pause::new(delay)
}

/// Calls `operation`, which may give away what it holds.
pub fn once<T>(operation: impl FnOnce() -> T) -> T {
    operation()
}

/// Calls a hook.
pub fn tell<E>(hook: impl FnOnce(&Retrying<'_, E>), retrying: &Retrying<'_, E>) {
    hook(retrying);
}

/// Accepts every value.
#[inline]
pub const fn accept<V>(_: &V) -> bool {
    true
}

/// Tells nobody.
#[inline]
pub const fn silent<E>(_: &Retrying<'_, E>) {}
