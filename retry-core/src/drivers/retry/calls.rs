//! The calls of a handle.

use std::fmt::Display;
use std::future::Future;

use crate::drivers::attempts::Attempts;
use crate::drivers::blocking::BlockingAttempts;
use crate::drivers::retry::Retry;
use crate::seams::classify::Classifier;
use crate::seams::clock::{Clock, ThreadClock, TokioClock};
use crate::values::error::RetryError;
use crate::values::report::Report;

/// # Calls
impl<C> Retry<C> {
    /// Calls `operation` until it succeeds or the policy says stop.
    ///
    /// `operation` makes a new future for each attempt, after the delay. For an operation that
    /// borrows something mutably from attempt to attempt, use [`attempts`](Self::attempts).
    ///
    /// # Errors
    ///
    /// A [`RetryError`] with the newest error of the operation, why there is no further attempt,
    /// how many were made and how long it took.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the call; a running attempt is dropped with it.
    ///
    /// # Panics
    ///
    /// A panic in `operation` is a failure and propagates.
    pub async fn run<T, E, F, Fut>(&self, operation: F) -> Result<T, RetryError<E>>
    where
        C: Classifier<E>,
        E: Display,
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        self.attempts().drive(operation).await
    }

    /// [`run`](Self::run) with an answer of last resort: what `fallback` makes of the error when
    /// the call was refused or has given up.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use std::io;
    /// use retry_core::{Retry, RetryPolicy};
    ///
    /// let retry = Retry::new(RetryPolicy::new().with_max_attempts(1));
    /// let load = async || Err::<&str, _>(io::Error::from(io::ErrorKind::ConnectionRefused));
    /// let page = retry.run_or(load, async |_| Ok("the page of yesterday")).await;
    /// assert_eq!(page.unwrap(), "the page of yesterday");
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `fallback`. It is not retried, and no gate stands before it.
    pub async fn run_or<T, E, F, Fut, G, Answer>(
        &self,
        operation: F,
        fallback: G,
    ) -> Result<T, RetryError<E>>
    where
        C: Classifier<E>,
        E: Display,
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
        G: FnOnce(RetryError<E>) -> Answer,
        Answer: Future<Output = Result<T, RetryError<E>>>,
    {
        match self.run(operation).await {
            Ok(value) => Ok(value),
            Err(error) => fallback(error).await,
        }
    }

    /// [`run`](Self::run) with a report of how the call went, also when it went well.
    pub async fn run_with_report<T, E, F, Fut>(
        &self,
        operation: F,
    ) -> (Result<T, RetryError<E>>, Report)
    where
        C: Classifier<E>,
        E: Display,
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let mut attempts = self.attempts();
        let result = attempts.drive(operation).await;
        (result, attempts.report())
    }

    /// The open loop: the caller makes each attempt, with whatever it can borrow.
    ///
    /// See [`Attempts`].
    pub fn attempts<E>(&self) -> Attempts<'_, E, C> {
        let clock = self.clock.as_ref().map_or(&TokioClock as &dyn Clock, |clock| &**clock);
        Attempts::start(self, clock)
    }

    /// [`run`](Self::run) for code that blocks its thread: delays block it too.
    ///
    /// A thread cannot be cut while it runs: the total timeout and the deadline end the call
    /// between attempts, and an attempt timeout has no effect. A cancellation token ends a wait
    /// at once.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn run_blocking<T, E, F>(&self, operation: F) -> Result<T, RetryError<E>>
    where
        C: Classifier<E>,
        E: Display,
        F: FnMut() -> Result<T, E>,
    {
        self.attempts_blocking().drive(operation)
    }

    /// [`run_blocking`](Self::run_blocking) with a report of how the call went.
    pub fn run_blocking_with_report<T, E, F>(
        &self,
        operation: F,
    ) -> (Result<T, RetryError<E>>, Report)
    where
        C: Classifier<E>,
        E: Display,
        F: FnMut() -> Result<T, E>,
    {
        let mut attempts = self.attempts_blocking();
        let result = attempts.drive(operation);
        (result, attempts.report())
    }

    /// The open loop for code that blocks its thread.
    pub fn attempts_blocking<E>(&self) -> BlockingAttempts<'_, E, C> {
        let clock = self.clock.as_ref().map_or(&ThreadClock as &dyn Clock, |clock| &**clock);
        BlockingAttempts::new(Attempts::start(self, clock))
    }
}
