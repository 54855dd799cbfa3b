//! The history of one call: what becomes of its attempts, which way it is driven, and when it is
//! dropped.

use std::cell::RefCell;
use std::fmt;
use std::future::pending;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use retry_core::{
    CancellationToken, Classify, ErrorKind, Retry, RetryError, RetryPolicy, Verdict, with_retry,
};

/// What becomes of one attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    Succeeds,
    Fails,
    FailsForGood,
    /// Is called a success by its classifier, and is an error.
    FailsWithSuccess,
    Hints,
    HintsTooMuch,
    Hangs,
    Panics,
    /// Triggers the token, then fails.
    Cancels,
    /// Is dropped by an open loop before it is recorded; elsewhere it fails.
    Forgotten,
    /// Fails, and the hook that is told of it panics.
    PanicsInTheHook,
}

pub(crate) const FATES: [Fate; 11] = [
    Fate::Succeeds,
    Fate::Fails,
    Fate::FailsForGood,
    Fate::FailsWithSuccess,
    Fate::Hints,
    Fate::HintsTooMuch,
    Fate::Hangs,
    Fate::Panics,
    Fate::Cancels,
    Fate::Forgotten,
    Fate::PanicsInTheHook,
];

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Driver {
    Run,
    OpenLoop,
    Blocking,
    Annotated,
    AnnotatedLimited,
    AnnotatedBlocking,
    OverHandle,
}

pub(crate) const DRIVERS: [Driver; 7] = [
    Driver::Run,
    Driver::OpenLoop,
    Driver::Blocking,
    Driver::Annotated,
    Driver::AnnotatedLimited,
    Driver::AnnotatedBlocking,
    Driver::OverHandle,
];

/// The names that the calls are known by.
pub(crate) const NAMES: [&str; 5] =
    ["handle", "plain", "limited", "blocking", concat!(module_path!(), "::over")];

/// An error that says what its attempt was fated to say.
#[derive(Debug)]
pub(crate) struct Failed(Fate);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl Classify for Failed {
    fn classify(&self) -> Verdict {
        match self.0 {
            Fate::FailsForGood => Verdict::Stop(ErrorKind::Client),
            Fate::FailsWithSuccess => Verdict::Success,
            Fate::Hints => Verdict::RetryAfter(ErrorKind::RateLimit, Duration::from_millis(30)),
            Fate::HintsTooMuch => Verdict::RetryAfter(ErrorKind::RateLimit, Duration::MAX),
            _ => Verdict::Retry(ErrorKind::Network),
        }
    }
}

struct Plan {
    fates: RefCell<std::vec::IntoIter<Fate>>,
    token: CancellationToken,
}

impl Plan {
    fn attempt(&self) -> Result<(), Failed> {
        match self.fates.borrow_mut().next().unwrap_or(Fate::Fails) {
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

fn hook(retrying: &retry_core::Retrying<'_, Failed>) {
    assert!(!matches!(retrying.error(), Some(Failed(Fate::PanicsInTheHook))), "as planned");
}

const POLICY: RetryPolicy = RetryPolicy::new()
    .with_max_attempts(4)
    .with_initial_delay(Duration::from_millis(20))
    .with_max_delay(Duration::from_millis(200));

/// Without a delay, since an annotated function that blocks has no clock but the real one.
const AT_ONCE: RetryPolicy = RetryPolicy::new()
    .with_max_attempts(4)
    .with_initial_delay(Duration::ZERO)
    .with_max_delay(Duration::ZERO);

const LIMITED: RetryPolicy =
    POLICY.with_timeout(Duration::from_secs(1)).with_attempt_timeout(Duration::from_millis(400));

#[with_retry(policy = POLICY, name = "plain", budget = "none", on_retry = hook)]
async fn annotated(plan: &Plan) -> Result<(), RetryError<Failed>> {
    plan.attempt_async().await
}

#[with_retry(policy = LIMITED, name = "limited", budget = "none", on_retry = hook)]
async fn annotated_limited(plan: &Plan) -> Result<(), RetryError<Failed>> {
    plan.attempt_async().await
}

#[with_retry(policy = AT_ONCE, name = "blocking", budget = "none", on_retry = hook)]
fn annotated_blocking(plan: &Plan) -> Result<(), RetryError<Failed>> {
    match plan.attempt() {
        // It would be waited for, on the real clock.
        Err(Failed(Fate::Hints)) => Err(Failed(Fate::Fails)),
        result => result,
    }
}

#[with_retry(retry = retry, on_retry = hook)]
async fn over(retry: &Retry, plan: &Plan) -> Result<(), RetryError<Failed>> {
    plan.attempt_async().await
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

#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) driver: Driver,
    pub(crate) fates: Vec<Fate>,
    /// After how many polls, a tenth of a second apart, it is dropped.
    pub(crate) polls: usize,
}

impl History {
    /// Plays it on paused time; a handle that blocks has a clock by hand.
    pub(crate) fn play(self) {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_time().start_paused(true).build().unwrap();
        let token = CancellationToken::new();
        let fates = RefCell::new(self.fates.clone().into_iter());
        let plan = Plan { fates, token: token.clone() };
        let retry = Retry::new(LIMITED).without_budget().with_cancellation(token);
        let retry = match self.driver {
            Driver::OverHandle => retry,
            Driver::Blocking => {
                retry.with_name("handle").with_clock(retry_core::ManualClock::new())
            }
            _ => retry.with_name("handle"),
        };
        runtime.block_on(self.polled(self.call(&retry, &plan)));
    }

    fn call<'a>(&self, retry: &'a Retry, plan: &'a Plan) -> Call<'a> {
        match self.driver {
            Driver::Run => Box::pin(retry.run(|| plan.attempt_async())),
            Driver::OpenLoop => Box::pin(open_loop(retry, plan)),
            Driver::Blocking => Box::pin(async { retry.run_blocking(|| plan.attempt()) }),
            Driver::Annotated => Box::pin(annotated(plan)),
            Driver::AnnotatedLimited => Box::pin(annotated_limited(plan)),
            Driver::AnnotatedBlocking => Box::pin(async { annotated_blocking(plan) }),
            Driver::OverHandle => Box::pin(over(retry, plan)),
        }
    }

    async fn polled(&self, mut call: Call<'_>) {
        for _ in 0..self.polls {
            let once = std::future::poll_fn(|context| {
                let poll = || call.as_mut().poll(context).is_ready();
                Poll::Ready(catch_unwind(AssertUnwindSafe(poll)))
            });
            if once.await.unwrap_or(true) {
                return;
            }
            tokio::time::advance(Duration::from_millis(100)).await;
        }
    }
}
