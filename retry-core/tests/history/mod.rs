//! Calls whose attempts are planned, written in every way there is, and what observers are told of
//! them.

#![allow(dead_code)] // each test file uses what it needs

use std::collections::VecDeque;
use std::fmt;
use std::future::pending;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use retry_core::{
    CancellationToken, Classify, ErrorKind, Event, EventRecord, EventRecorder, Retry, RetryError,
    RetryPolicy, StopReason, Verdict, observe, with_retry,
};

/// What becomes of one attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    Succeeds,
    Fails,
    FailsForGood,
    /// Fails, and asks for no wait.
    AsksForNothing,
    /// Fails, and asks for a wait that nobody has time for.
    AsksForTooMuch,
    Hangs,
    Panics,
    /// Triggers the token, then fails.
    Cancels,
    /// Is dropped by an open loop before it is recorded; elsewhere it fails.
    Forgotten,
}

pub(crate) const FATES: [Fate; 9] = [
    Fate::Succeeds,
    Fate::Fails,
    Fate::FailsForGood,
    Fate::AsksForNothing,
    Fate::AsksForTooMuch,
    Fate::Hangs,
    Fate::Panics,
    Fate::Cancels,
    Fate::Forgotten,
];

/// How a call is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Driver {
    Plain,
    Timed,
    Gated,
    Blocking,
    OverHandle,
    OverHandleBlocking,
    Run,
    RunBlocking,
    OpenLoop,
    OpenBlockingLoop,
}

pub(crate) const DRIVERS: [Driver; 10] = [
    Driver::Plain,
    Driver::Timed,
    Driver::Gated,
    Driver::Blocking,
    Driver::OverHandle,
    Driver::OverHandleBlocking,
    Driver::Run,
    Driver::RunBlocking,
    Driver::OpenLoop,
    Driver::OpenBlockingLoop,
];

impl Driver {
    /// Whether its attempts can be cut, and its future dropped in one.
    pub(crate) const fn waits(self) -> bool {
        !matches!(
            self,
            Self::Blocking | Self::OverHandleBlocking | Self::RunBlocking | Self::OpenBlockingLoop
        )
    }

    pub(crate) const fn has_limits(self) -> bool {
        self.waits() && !matches!(self, Self::Plain)
    }

    pub(crate) const fn has_a_token(self) -> bool {
        !matches!(self, Self::Plain | Self::Timed | Self::Gated | Self::Blocking)
    }
}

/// An error that says what its attempt was fated to say.
#[derive(Debug)]
pub(crate) struct Failed(pub(crate) Fate);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl Classify for Failed {
    fn classify(&self) -> Verdict {
        match self.0 {
            Fate::FailsForGood => Verdict::Stop(ErrorKind::Client),
            Fate::AsksForNothing => Verdict::RetryAfter(ErrorKind::Server, Duration::ZERO),
            Fate::AsksForTooMuch => Verdict::RetryAfter(ErrorKind::Server, Duration::MAX),
            _ => Verdict::Retry(ErrorKind::Network),
        }
    }
}

/// The fates of the attempts of one call, in order; every attempt beyond them fails.
pub(crate) struct Plan {
    fates: Mutex<VecDeque<Fate>>,
    token: CancellationToken,
}

impl Plan {
    fn attempt(&self) -> Result<(), Failed> {
        match self.fates.lock().unwrap().pop_front().unwrap_or(Fate::Fails) {
            Fate::Succeeds => Ok(()),
            Fate::Panics => panic!("as planned"),
            fate => {
                if fate == Fate::Cancels {
                    self.token.cancel();
                }
                Err(Failed(fate))
            }
        }
    }

    async fn attempt_async(&self) -> Result<(), Failed> {
        tokio::task::yield_now().await;
        let result = self.attempt();
        if matches!(result, Err(Failed(Fate::Hangs))) { pending().await } else { result }
    }
}

type Answer = Result<(), RetryError<Failed>>;

/// Without a delay, since an annotated function that blocks has no clock but the real one.
const POLICY: RetryPolicy =
    RetryPolicy::new().with_initial_delay(Duration::ZERO).with_max_delay(Duration::ZERO);

const LIMITED: RetryPolicy =
    POLICY.with_timeout(Duration::from_secs(1)).with_attempt_timeout(Duration::from_millis(400));

#[with_retry(policy = POLICY, name = "history", budget = "none")]
async fn plain(plan: &Plan) -> Result<(), RetryError<Failed>> {
    plan.attempt_async().await
}

#[with_retry(policy = LIMITED, name = "history", budget = "none")]
async fn timed(plan: &Plan) -> Result<(), RetryError<Failed>> {
    plan.attempt_async().await
}

#[with_retry(
    policy = LIMITED, name = "history", service = "history", budget = "none", rate_limit()
)]
async fn gated(plan: &Plan) -> Result<(), RetryError<Failed>> {
    plan.attempt_async().await
}

#[with_retry(policy = POLICY, name = "history", budget = "none")]
fn blocking(plan: &Plan) -> Result<(), RetryError<Failed>> {
    plan.attempt()
}

#[with_retry(retry = retry)]
async fn over_handle(retry: &Retry, plan: &Plan) -> Result<(), RetryError<Failed>> {
    plan.attempt_async().await
}

#[with_retry(retry = retry)]
fn over_handle_blocking(retry: &Retry, plan: &Plan) -> Result<(), RetryError<Failed>> {
    plan.attempt()
}

async fn open_loop(retry: &Retry, plan: &Plan) -> Answer {
    let mut attempts = retry.attempts();
    while let Some(attempt) = attempts.next().await {
        let work = plan.attempt_async();
        if let ControlFlow::Break(result) = attempt.run(work).await {
            return result;
        }
    }
    Err(attempts.finish())
}

fn open_blocking_loop(retry: &Retry, plan: &Plan) -> Answer {
    let mut attempts = retry.attempts_blocking();
    while let Some(attempt) = attempts.next() {
        let result = plan.attempt();
        if matches!(result, Err(Failed(Fate::Forgotten))) {
            continue;
        }
        if let ControlFlow::Break(result) = attempt.record(result) {
            return result;
        }
    }
    Err(attempts.finish())
}

type Call<'a> = Pin<Box<dyn Future<Output = Answer> + 'a>>;

fn call<'a>(driver: Driver, retry: &'a Retry, plan: &'a Plan) -> Call<'a> {
    match driver {
        Driver::Plain => Box::pin(plain(plan)),
        Driver::Timed => Box::pin(timed(plan)),
        Driver::Gated => Box::pin(gated(plan)),
        Driver::Blocking => Box::pin(async { blocking(plan) }),
        Driver::OverHandle => Box::pin(over_handle(retry, plan)),
        Driver::OverHandleBlocking => Box::pin(async { over_handle_blocking(retry, plan) }),
        Driver::Run => Box::pin(retry.run(|| plan.attempt_async())),
        Driver::RunBlocking => Box::pin(async { retry.run_blocking(|| plan.attempt()) }),
        Driver::OpenLoop => Box::pin(open_loop(retry, plan)),
        Driver::OpenBlockingLoop => Box::pin(async { open_blocking_loop(retry, plan) }),
    }
}

/// Polls `call` at most `polls` times on paused time, a tenth of a second apart, and drops it;
/// `None` where a panic came out of it.
async fn poll_for(mut call: Call<'_>, polls: usize) -> Option<()> {
    for _ in 0..polls {
        let once = std::future::poll_fn(|context| {
            Poll::Ready(catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context).is_ready())))
        });
        if once.await.ok()? {
            break;
        }
        tokio::time::advance(Duration::from_millis(100)).await;
    }
    Some(())
}

/// What observers of the process are told of a call with these fates, which is dropped after so many
/// polls a tenth of a second apart; and whether it panicked.
pub(crate) fn told(driver: Driver, fates: &[Fate], polls: usize) -> (Vec<EventRecord>, bool) {
    // The functions have one name, and a recorder hears of all.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_time().start_paused(true).build().unwrap();
    let token = CancellationToken::new();
    let plan = Plan { fates: Mutex::new(fates.iter().copied().collect()), token: token.clone() };
    let retry = Retry::new(LIMITED).with_name("history").without_budget().with_cancellation(token);

    let recorder = EventRecorder::new();
    let _observation = observe(recorder.clone());
    let end = runtime.block_on(poll_for(call(driver, &retry, &plan), polls));
    (recorder.of("history"), end.is_none())
}

/// What happened, with the reason behind a `gave_up`.
pub(crate) fn words(records: &[EventRecord]) -> Vec<&'static str> {
    let word = |record: &EventRecord| match record.event() {
        Event::GaveUp { reason, .. } => vec!["gave_up", reason.as_str()],
        event => vec![event.as_str()],
    };
    records.iter().flat_map(word).collect()
}

/// The words of an end without success.
pub(crate) const fn gave_up(reason: StopReason) -> [&'static str; 2] {
    ["gave_up", reason.as_str()]
}
