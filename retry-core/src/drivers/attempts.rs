//! The loop: wait for the turn, make an attempt, record how it ended.
//!
//! [`Retry::run`] hands each attempt to a closure. Where that closure would have to lend out
//! something that it holds exclusively (a connection, a buffer, `&mut self`), no closure can be
//! written; the loop can, and its body borrows what it likes:
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! use std::io;
//! use std::ops::ControlFlow;
//! use retry_core::{Retry, RetryError};
//! # use retry_core::RetryPolicy;
//! # struct Connection { broken: bool }
//! # impl Connection {
//! #     async fn query(&mut self) -> io::Result<u32> {
//! #         if self.broken { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(42) }
//! #     }
//! #     fn reset(&mut self) { self.broken = false; }
//! # }
//!
//! async fn answer(retry: &Retry, connection: &mut Connection) -> Result<u32, RetryError<io::Error>> {
//!     let mut attempts = retry.attempts();
//!     while let Some(attempt) = attempts.next().await {
//!         if let ControlFlow::Break(result) = attempt.run(connection.query()).await {
//!             return result;
//!         }
//!         connection.reset();
//!     }
//!     Err(attempts.finish())
//! }
//! # let retry = Retry::new(RetryPolicy::new());
//! # assert_eq!(answer(&retry, &mut Connection { broken: true }).await.unwrap(), 42);
//! # }
//! ```

use std::fmt::Display;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::drivers::bounds::{Cut, TimedOut};
use crate::drivers::call::{Call, Failed};
use crate::drivers::entering::Entering;
use crate::drivers::gates::Passage;
use crate::drivers::halt::Halt;
use crate::drivers::open_attempt::OpenAttempt;
use crate::drivers::pause::{OwnPause, Pause};
use crate::drivers::retry::Retry;
use crate::drivers::retry::in_force::InForce;
use crate::drivers::shutdown::is_shutdown;
use crate::seams::classify::{ByClassify, Classifier};
use crate::seams::clock::Clock;
use crate::seams::gate::Request;
use crate::seams::test_mode;
use crate::values::attempt::Attempt;
use crate::values::error::RetryError;
use crate::values::idempotency_key::IdempotencyKey;
use crate::values::kind::{ErrorKind, Verdict};
use crate::values::report::Report;
use crate::values::stop::{StopReason, Stopped};

/// The attempts of one call; made by [`Retry::attempts`].
///
/// Dropping it before the call has ended cancels the call.
#[derive(Debug)]
#[must_use = "nothing is attempted until `next` is called"]
pub struct Attempts<'r, E, C = ByClassify> {
    pub(super) retry: &'r Retry<C>,
    pub(super) clock: &'r dyn Clock,
    pub(super) in_force: InForce,
    pub(super) call: Call,
    stage: Stage,
    last: Option<E>,
    waited: Duration,
    pub(super) passage: Passage,
}

#[derive(Clone, Debug)]
enum Stage {
    /// An attempt may start once this much time has passed.
    Due(Duration),
    /// An attempt was handed out and has not been recorded.
    Running,
    Over(Stopped),
}

impl<'r, E, C> Attempts<'r, E, C> {
    pub(crate) fn start(retry: &'r Retry<C>, clock: &'r dyn Clock) -> Self {
        let in_force = InForce::new(retry);
        let named = (&retry.labels(), in_force.policy(retry));
        let call = Call::start(named, Some(clock.now()), retry.listening());
        let stage = Stage::Due(Duration::ZERO);
        let (last, waited, passage) = (None, Duration::ZERO, Passage::default());
        Self { retry, clock, in_force, call, stage, last, waited, passage }
    }

    /// Waits until the next attempt may start. `None` when there is none: the call has ended, and
    /// [`finish`](Self::finish) says how.
    ///
    /// The first attempt starts at once, unless a gate holds or refuses it. An attempt that was handed out and dropped without a
    /// record counts as a failure.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no attempt; the wait begins anew with the next call.
    pub async fn next(&mut self) -> Option<OpenAttempt<'_, 'r, E, C>> {
        let delay = self.until_due()?;
        if self.call.attempts() > 0
            && let Err(reason) = pause((self.retry.token(), self.retry.custom_clock()), delay).await
        {
            self.cut(reason);
            return None;
        }
        if !self.in_force.gates(self.retry).is_empty() {
            let token = self.retry.token();
            if let Err(halt) = self.entering().wait(token).await {
                self.cut(halt);
                return None;
            }
        }
        self.hand_out(delay)
    }

    /// The end of a call for which [`next`](Self::next) has no more attempts.
    ///
    /// Called before that, it ends the call as cancelled.
    #[must_use]
    pub fn finish(mut self) -> RetryError<E> {
        self.conclude()
    }

    /// How the call went so far.
    #[must_use]
    pub fn report(&self) -> Report {
        let elapsed = match &self.stage {
            Stage::Over(stopped) => Some(stopped.elapsed),
            _ => self.call.elapsed(Some(self.clock.now())),
        };
        Report {
            attempts: self.call.attempts(),
            elapsed: elapsed.unwrap_or_default(),
            waited: self.waited,
        }
    }

    /// The key of its attempts, once there was one.
    pub(super) fn idempotency_key(&self) -> Option<IdempotencyKey> {
        self.call.key(self.in_force.terms(self.retry, self.clock))
    }

    pub(super) fn conclude(&mut self) -> RetryError<E> {
        if !matches!(self.stage, Stage::Over(_)) {
            self.cut(StopReason::Cancelled);
        }
        let Stage::Over(stopped) = self.stage.clone() else { unreachable!("`cut` ends the call") };
        RetryError::new(stopped, self.last.take())
    }

    /// The delay before the next attempt; `None` when the call has ended.
    pub(super) fn until_due(&mut self) -> Option<Duration> {
        if matches!(self.stage, Stage::Running) {
            self.forgotten();
        }
        let Stage::Due(delay) = self.stage else { return None };
        Some(delay)
    }

    /// The next attempt before the gates.
    pub(super) fn entering(&mut self) -> Entering<'_> {
        let terms = self.in_force.terms(self.retry, self.clock);
        let attempt = self.call.attempts().saturating_add(1);
        let request = Request::new(self.clock, self.call.deadline(terms), attempt);
        let own = self.retry.custom_clock().map(|clock| &**clock);
        let custom = own.or_else(test_mode::clock);
        let (passage, gates) = (&mut self.passage, terms.gates);
        Entering { passage, gates, request, through: false, held: false, custom }
    }

    /// Starts the attempt that was due after `delay`, unless the call has ended by now.
    pub(super) fn hand_out(&mut self, delay: Duration) -> Option<OpenAttempt<'_, 'r, E, C>> {
        let terms = self.in_force.terms(self.retry, self.clock);
        let now = self.clock.now();
        if self.retry.token().is_some_and(CancellationToken::is_cancelled) {
            self.cut(StopReason::Cancelled);
            return None;
        }
        if self.call.deadline(terms).is_some_and(|deadline| now >= deadline) {
            self.cut(StopReason::DeadlineExceeded);
            return None;
        }
        self.waited += delay;
        self.call.begin_attempt();
        self.stage = Stage::Running;
        let attempt = self.call.describe(terms, Some(now));
        Some(OpenAttempt { attempts: self, attempt, started: now })
    }

    /// The attempt that was handed out has come to nothing.
    fn forgotten(&mut self) {
        let verdict = Verdict::Retry(ErrorKind::Unknown);
        self.failed(verdict, &"the attempt was dropped without a record");
    }

    /// Records a failure; `Some` when the call ends with it.
    fn failed(&mut self, verdict: Verdict, error: &dyn Display) -> Option<Stopped> {
        let now = Some(self.clock.now());
        let terms = self.in_force.terms(self.retry, self.clock);
        let failed = Failed { verdict, error };
        match self.call.failed(terms, (failed, Some(&mut self.passage)), now) {
            Ok(delay) => {
                self.stage = Stage::Due(delay);
                None
            }
            Err(halt) => Some(self.end(halt, now)),
        }
    }

    pub(super) fn cut(&mut self, halt: impl Into<Halt>) {
        let stopped = self.end(halt.into(), Some(self.clock.now()));
        let terms = self.in_force.terms(self.retry, self.clock);
        self.call.cut(terms, &stopped, Some(&mut self.passage));
    }

    fn end(&mut self, halt: Halt, now: Option<Instant>) -> Stopped {
        let stopped = self.call.stopped(halt, now);
        self.stage = Stage::Over(stopped.clone());
        stopped
    }
}

impl<E: Display, C: Classifier<E>> Attempts<'_, E, C> {
    pub(crate) async fn drive<T, F, Fut>(&mut self, mut operation: F) -> Result<T, RetryError<E>>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        while let Some(attempt) = self.next().await {
            if let ControlFlow::Break(result) = attempt.run(operation()).await {
                return result;
            }
        }
        Err(self.conclude())
    }

    pub(super) fn record<T>(
        &mut self,
        attempt: &Attempt,
        result: Result<T, E>,
    ) -> ControlFlow<Result<T, RetryError<E>>> {
        let error = match result {
            Ok(value) => {
                let terms = self.in_force.terms(self.retry, self.clock);
                self.call.succeeded(terms, Some(&mut self.passage));
                let now = Some(self.clock.now());
                // Nobody reads the reason of a success; the numbers are for the report.
                self.end(StopReason::NotRetryable.into(), now);
                return ControlFlow::Break(Ok(value));
            }
            Err(error) => error,
        };
        let verdict = self.retry.classifier().verdict(&error, attempt);
        match self.failed(verdict, &error) {
            None => {
                self.last = Some(error);
                ControlFlow::Continue(())
            }
            Some(stopped) => ControlFlow::Break(Err(RetryError::new(stopped, Some(error)))),
        }
    }

    pub(super) fn record_cut<T>(&mut self, cut: Cut) -> ControlFlow<Result<T, RetryError<E>>> {
        match cut {
            Cut::Attempt(limit) => {
                let verdict = Verdict::Retry(ErrorKind::Timeout);
                if self.failed(verdict, &TimedOut(limit)).is_none() {
                    return ControlFlow::Continue(());
                }
            }
            Cut::Deadline => self.cut(StopReason::DeadlineExceeded),
            Cut::Cancelled => self.cut(StopReason::Cancelled),
        }
        ControlFlow::Break(Err(self.conclude()))
    }
}

impl<E, C> Drop for Attempts<'_, E, C> {
    fn drop(&mut self) {
        if !self.passage.is_empty() {
            let terms = self.in_force.terms(self.retry, self.clock);
            self.call.dropped_at(terms, &mut self.passage);
        }
        if !self.call.is_over() {
            let terms = self.in_force.terms(self.retry, self.clock);
            self.call.abandoned(terms);
        }
    }
}

/// Waits for `delay` on the clock, where it is a handle's own, or until the token is triggered or the
/// process shuts down.
pub(crate) async fn pause(
    (token, custom): (Option<&CancellationToken>, Option<&Arc<dyn Clock>>),
    delay: Duration,
) -> Result<(), StopReason> {
    let sleep = async {
        match custom {
            Some(clock) if !delay.is_zero() => OwnPause::new(clock.sleep(delay), delay).await,
            _ => Pause::new(delay).await,
        }
        if is_shutdown() { Err(StopReason::Shutdown) } else { Ok(()) }
    };
    let Some(token) = token else {
        return sleep.await;
    };
    let mut cancelled = pin!(token.cancelled());
    let mut sleep = pin!(sleep);
    std::future::poll_fn(|context| {
        if cancelled.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(StopReason::Cancelled));
        }
        sleep.as_mut().poll(context)
    })
    .await
}
