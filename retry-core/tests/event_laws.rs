//! One final event for each call, whatever becomes of it and whichever way it is driven.

#![cfg(all(feature = "macros", feature = "tracing"))]

mod recorder;

use std::cell::RefCell;
use std::future::pending;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use proptest::prelude::*;
use recorder::{Recorder, Said};
use retry_core::{
    CancellationToken, Classify, ErrorKind, Retry, RetryError, RetryPolicy, Verdict, with_retry,
};
use tracing::level_filters::LevelFilter;

/// What becomes of one attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Succeeds,
    Fails,
    FailsForGood,
    AsksForTooMuch,
    Hangs,
    Panics,
    /// Triggers the token, then fails.
    Cancels,
    /// Is dropped by an open loop before it is recorded; elsewhere it fails.
    Forgotten,
}

const FATES: [Fate; 8] = [
    Fate::Succeeds,
    Fate::Fails,
    Fate::FailsForGood,
    Fate::AsksForTooMuch,
    Fate::Hangs,
    Fate::Panics,
    Fate::Cancels,
    Fate::Forgotten,
];

#[derive(Clone, Copy, Debug)]
enum Driver {
    Run,
    OpenLoop,
    Blocking,
    Annotated,
    AnnotatedBlocking,
}

/// An error that says what its attempt was fated to say.
#[derive(Debug)]
struct Failed(Fate);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl Classify for Failed {
    fn classify(&self) -> Verdict {
        match self.0 {
            Fate::FailsForGood => Verdict::Stop(ErrorKind::Client),
            Fate::AsksForTooMuch => Verdict::RetryAfter(ErrorKind::RateLimit, Duration::MAX),
            _ => Verdict::Retry(ErrorKind::Network),
        }
    }
}

/// The fates of the attempts of one call, in order; every attempt beyond them fails.
struct Plan {
    fates: RefCell<std::vec::IntoIter<Fate>>,
    started: RefCell<Vec<Fate>>,
    token: CancellationToken,
}

impl Plan {
    fn start(&self) -> Fate {
        let fate = self.fates.borrow_mut().next().unwrap_or(Fate::Fails);
        self.started.borrow_mut().push(fate);
        fate
    }

    fn attempt(&self) -> Result<(), Failed> {
        match self.start() {
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

/// Without a delay, since an annotated function that blocks has no clock but the real one.
const POLICY: RetryPolicy = RetryPolicy::new()
    .with_max_attempts(4)
    .with_initial_delay(Duration::ZERO)
    .with_max_delay(Duration::ZERO);

const LIMITED: RetryPolicy =
    POLICY.with_timeout(Duration::from_secs(1)).with_attempt_timeout(Duration::from_millis(400));

#[with_retry(policy = LIMITED)]
async fn annotated(plan: &Plan) -> Result<(), RetryError<Failed>> {
    plan.attempt_async().await
}

#[with_retry(policy = POLICY)]
fn annotated_blocking(plan: &Plan) -> Result<(), RetryError<Failed>> {
    plan.attempt()
}

async fn open_loop(retry: &Retry, plan: &Plan) -> Result<(), RetryError<Failed>> {
    let mut attempts = retry.attempts();
    while let Some(attempt) = attempts.next().await {
        let result = plan.attempt_async().await;
        if matches!(result, Err(Failed(Fate::Forgotten))) {
            continue;
        }
        if let ControlFlow::Break(result) = attempt.record(result) {
            return result;
        }
    }
    Err(attempts.finish())
}

type Call<'a> = Pin<Box<dyn Future<Output = Result<(), RetryError<Failed>>> + 'a>>;

fn call<'a>(driver: Driver, retry: &'a Retry, plan: &'a Plan) -> Call<'a> {
    match driver {
        Driver::Run => Box::pin(retry.run(|| plan.attempt_async())),
        Driver::OpenLoop => Box::pin(open_loop(retry, plan)),
        Driver::Annotated => Box::pin(annotated(plan)),
        Driver::Blocking => Box::pin(async { retry.run_blocking(|| plan.attempt()) }),
        Driver::AnnotatedBlocking => Box::pin(async { annotated_blocking(plan) }),
    }
}

/// Polls `call` at most `polls` times on paused time, a tenth of a second apart, and drops it;
/// the panic where one came out of it.
async fn poll_for(mut call: Call<'_>, polls: usize) -> std::thread::Result<()> {
    for _ in 0..polls {
        let once = std::future::poll_fn(|context| {
            Poll::Ready(catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context).is_ready())))
        });
        if once.await? {
            break;
        }
        tokio::time::advance(Duration::from_millis(100)).await;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_call_has_one_final_event_unless_it_succeeds_at_once(
        driver in prop::sample::select(vec![
            Driver::Run, Driver::OpenLoop, Driver::Blocking, Driver::Annotated,
            Driver::AnnotatedBlocking,
        ]),
        fates in prop::collection::vec(prop::sample::select(FATES.to_vec()), 0..5),
        polls in 0..24_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_time().start_paused(true).build().unwrap();
        let (recorder, _guard) = Recorder::listening(LevelFilter::TRACE);
        let token = CancellationToken::new();
        let retry = Retry::new(LIMITED).with_cancellation(token.clone());
        let fates = RefCell::new(fates.into_iter());
        let plan = Plan { fates, started: RefCell::default(), token };

        let outcome = runtime.block_on(poll_for(call(driver, &retry, &plan), polls));

        let said = recorder.said();
        let started = plan.started.into_inner();
        let ends = said.iter().filter(|said| said.is_final()).count();
        let at_once = started == [Fate::Succeeds];
        let expected = usize::from(polls > 0 && !at_once);
        prop_assert_eq!(ends, expected, "{:?} {:?}: {:?}", driver, started, said);
        prop_assert!(ends == 0 || said.last().is_some_and(Said::is_final), "{:?}", said);
        prop_assert_eq!(outcome.is_err(), started.last() == Some(&Fate::Panics));
        let panics = said.iter().filter(|said| said.message == "panicked").count();
        prop_assert_eq!(panics, usize::from(outcome.is_err()), "{:?}", said);
        let spans = recorder.spans();
        let calls = usize::from(polls > 0);
        let of_calls = spans.opened.iter().filter(|(name, _)| *name == "retry").count();
        prop_assert_eq!((of_calls, spans.closed), (calls, spans.opened.len()));
        let of_attempts = spans.opened.len() - of_calls;
        prop_assert!(of_attempts >= started.len(), "{:?} {:?}", started, spans);
    }
}
