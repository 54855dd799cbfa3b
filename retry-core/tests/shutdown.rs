//! One shutdown, and whatever a process can have waiting when it comes. The flag is for the whole
//! process and for good, so this file holds one test: what waits, the shutdown, what comes after it.

#![cfg(feature = "macros")]

mod porter;
mod recorder;

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread::{self, JoinHandle as Thread};
use std::time::Duration;

use porter::Porter;
use recorder::{Recorder, Said};
use retry_core::{
    Admission, BreakerPolicy, BudgetPolicy, CancellationToken, CircuitBreaker, ErrorKind, Gate,
    Jitter, ManualClock, OnOpen, Outcome, RateLimit, RateLimitPolicy, Request, Retry, RetryBudget,
    RetryError, RetryPolicy, Settlement, StopReason, TokioClock, is_shutdown, shutdown, with_retry,
};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::{Layer, SubscriberExt};

const HOUR: Duration = Duration::from_secs(3_600);

// With jitter one of thousands would draw a wait so brief that it ends by itself.
const POLICY: RetryPolicy = RetryPolicy::new()
    .with_jitter(Jitter::None)
    .to_builder()
    .initial_delay(HOUR)
    .max_delay(HOUR)
    .build_const();

const PARKS: BreakerPolicy = BreakerPolicy::builder()
    .consecutive_failures(1)
    .open_for(Duration::from_secs(60))
    .on_open(OnOpen::Park { max_waiting: 10_000 })
    .park_for(HOUR)
    .build_const();

const CALLERS: usize = 1_000;
const THREADS: usize = 100;

/// Why a call ended, after how many attempts, with what error.
type End = (StopReason, u32, Option<io::ErrorKind>);
type Call = Result<(), RetryError<io::Error>>;

const AFTER_ONE: End = (StopReason::Shutdown, 1, Some(io::ErrorKind::ConnectionRefused));
const BEFORE_ANY: End = (StopReason::Shutdown, 0, None);

fn refused<T>() -> io::Result<T> {
    Err(io::ErrorKind::ConnectionRefused.into())
}

fn end(call: Call) -> End {
    let error = call.expect_err("has failed");
    (error.reason(), error.attempts(), error.last_error().map(io::Error::kind))
}

fn handle() -> Retry {
    Retry::new(POLICY).without_budget()
}

#[with_retry(policy = POLICY, budget = "none")]
async fn plain() -> Result<(), RetryError<io::Error>> {
    refused()
}

static PLAIN_ATTEMPTS: AtomicUsize = AtomicUsize::new(0);

#[with_retry(policy = POLICY, budget = "none")]
async fn plain_with_its_own_error() -> io::Result<()> {
    PLAIN_ATTEMPTS.fetch_add(1, SeqCst);
    refused()
}

#[with_retry(policy = POLICY, timeout = "9h", budget = "none")]
async fn timed() -> Result<(), RetryError<io::Error>> {
    refused()
}

#[with_retry(policy = POLICY, budget = "none", circuit_breaker(window = 10_000, min_calls = 10_000))]
async fn gated() -> Result<(), RetryError<io::Error>> {
    refused()
}

#[with_retry(policy = POLICY, circuit_breaker = PARKS, service = "shutdown::parked")]
async fn parked() -> Result<(), RetryError<io::Error>> {
    refused()
}

#[with_retry(policy = POLICY, budget = "none")]
fn blocks() -> Result<(), RetryError<io::Error>> {
    refused()
}

#[with_retry(policy = POLICY, timeout = "9h", budget = "none")]
fn blocks_with_timeout() -> Result<(), RetryError<io::Error>> {
    refused()
}

#[with_retry(retry = retry)]
async fn over_handle(retry: Retry) -> Result<(), RetryError<io::Error>> {
    refused()
}

#[with_retry(retry = handle())]
fn blocks_over_handle() -> Result<(), RetryError<io::Error>> {
    refused()
}

async fn open_loop(retry: Retry) -> Call {
    let mut attempts = retry.attempts();
    while let Some(attempt) = attempts.next().await {
        if let ControlFlow::Break(result) = attempt.record(refused()) {
            return result;
        }
    }
    Err(attempts.finish())
}

/// The first call of those that park by their service.
#[with_retry(
    max_attempts = 1,
    retry_if = |_: &io::Error| false,
    circuit_breaker = PARKS,
    service = "shutdown::parked"
)]
async fn opens() -> Result<(), RetryError<io::Error>> {
    refused()
}

/// Calls that wait, by what they are.
#[derive(Default)]
struct Waiting {
    tasks: Vec<(&'static str, End, JoinHandle<Call>)>,
    threads: Vec<(&'static str, End, Thread<Call>)>,
}

impl Waiting {
    fn tasks<F>(&mut self, what: &'static str, end: End, mut call: impl FnMut() -> F)
    where
        F: Future<Output = Call> + Send + 'static,
    {
        let calls = (0..CALLERS).map(|_| (what, end, tokio::spawn(call())));
        self.tasks.extend(calls);
    }

    fn threads<F>(&mut self, what: &'static str, end: End, mut call: impl FnMut() -> F)
    where
        F: FnOnce() -> Call + Send + 'static,
    {
        let calls = (0..THREADS).map(|_| (what, end, thread::spawn(call())));
        self.threads.extend(calls);
    }

    /// The calls of each sort, by how they ended.
    async fn ended(self) -> BTreeMap<&'static str, usize> {
        let mut ends = BTreeMap::new();
        for (what, expected, task) in self.tasks {
            assert_eq!(end(task.await.unwrap()), expected, "{what}");
            *ends.entry(what).or_default() += 1;
        }
        for (what, expected, thread) in self.threads {
            assert_eq!(end(thread.join().unwrap()), expected, "{what}");
            *ends.entry(what).or_default() += 1;
        }
        ends
    }
}

/// Lets every task come to its wait, without time going on.
async fn settle() {
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
}

/// Hears the threads as well.
fn listening_everywhere() -> Recorder {
    let recorder = Recorder::default();
    let layer = recorder.clone().with_filter(LevelFilter::WARN);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer)).unwrap();
    recorder
}

async fn on_handle(retry: Retry) -> Call {
    retry.run(async || refused()).await
}

/// A rate limit that lets nobody through for a minute.
fn throttled() -> RateLimit {
    let limit = RateLimit::new(RateLimitPolicy::new().try_with_max_wait(24 * HOUR).unwrap());
    let Admission::Go(pass) = limit.admit(&Request::new(&TokioClock, None, 1)) else {
        panic!("it is off")
    };
    let outcome = Outcome::Failure(ErrorKind::RateLimit);
    let hint = Duration::from_secs(60);
    limit.settle(pass, &Settlement::new(outcome, &TokioClock).with_hint(hint));
    limit
}

fn opened() -> CircuitBreaker {
    let breaker = CircuitBreaker::new(PARKS);
    let Admission::Go(pass) = breaker.admit(&Request::new(&TokioClock, None, 1)) else {
        panic!("it is closed")
    };
    let outcome = Outcome::Failure(ErrorKind::Network);
    breaker.settle(pass, &Settlement::new(outcome, &TokioClock));
    breaker
}

/// An attempt that runs until it is told how to end.
async fn running(end: oneshot::Receiver<io::Result<()>>) -> Call {
    let mut end = Some(end);
    let attempt = || {
        let end = end.take().expect("is the only attempt");
        async { end.await.unwrap() }
    };
    handle().run(attempt).await
}

async fn calls_that_begin_afterwards(shared: &Shared) {
    let sharp = CircuitBreaker::new(PARKS.to_builder().on_open(OnOpen::Refuse).build().unwrap());
    let opening = handle().with_circuit_breaker(sharp.clone());
    let ends = [
        end(plain().await),
        end(timed().await),
        end(gated().await),
        end(on_handle(opening.clone()).await),
        end(open_loop(handle()).await),
        end(on_handle(handle().with_clock(ManualClock::new())).await),
        end(blocks()),
        end(blocks_with_timeout()),
        end(over_handle(handle()).await),
        end(blocks_over_handle()),
        end(handle().run_blocking(refused)),
    ];
    assert_eq!(ends, [AFTER_ONE; 11]);
    let held = handle().with_circuit_breaker(shared.breaker.clone());
    assert_eq!(end(over_handle(held.clone()).await), BEFORE_ANY);
    assert_eq!(end(on_handle(held).await), BEFORE_ANY);
    let strict = handle().with_gate(shared.strict.clone());
    assert_eq!(end(strict.run_blocking(refused)), BEFORE_ANY);
    assert_eq!(end(parked().await), BEFORE_ANY);
    assert_eq!(end(on_handle(opening).await), (StopReason::CircuitOpen, 0, None));
    let once = handle().with_max_attempts(1).unwrap();
    assert_eq!(end(on_handle(once).await).0, StopReason::AttemptsExhausted);
    handle().run(async || Ok::<_, io::Error>(())).await.unwrap();
}

/// What the calls share, and get back.
struct Shared {
    breaker: CircuitBreaker,
    limit: RateLimit,
    porter: Porter,
    strict: Porter,
    clock: ManualClock,
    budget: RetryBudget,
}

impl Shared {
    fn new() -> Self {
        let strict = Porter::strict();
        let (porter, clock) = (Porter::default(), ManualClock::new());
        let budget = RetryBudget::new(BudgetPolicy::new());
        Self { breaker: opened(), limit: throttled(), porter, strict, clock, budget }
    }

    fn start_tasks(&self, waiting: &mut Waiting) {
        waiting.tasks("plain", AFTER_ONE, plain);
        waiting.tasks("timed", AFTER_ONE, timed);
        waiting.tasks("gated", AFTER_ONE, gated);
        waiting.tasks("handle", AFTER_ONE, || on_handle(handle()));
        waiting.tasks("open loop", AFTER_ONE, || open_loop(handle()));
        waiting.tasks("same seed", AFTER_ONE, || on_handle(handle().with_seed(7)));
        let own_clock = handle().with_clock(self.clock.clone());
        waiting.tasks("own clock", AFTER_ONE, || on_handle(own_clock.clone()));
        waiting.tasks("function over a handle", AFTER_ONE, || over_handle(handle()));
        let with_token = handle().with_cancellation(CancellationToken::new());
        waiting.tasks("token", AFTER_ONE, || on_handle(with_token.clone()));
        waiting.tasks("function with a token", AFTER_ONE, || over_handle(with_token.clone()));
        let at_circuit = handle().with_circuit_breaker(self.breaker.clone());
        waiting.tasks("open circuit", BEFORE_ANY, || on_handle(at_circuit.clone()));
        waiting.tasks("function at an open circuit", BEFORE_ANY, parked);
        let at_limit = handle().with_rate_limit(self.limit.clone());
        waiting.tasks("rate limit", BEFORE_ANY, || on_handle(at_limit.clone()));
        waiting.tasks("function at a rate limit", BEFORE_ANY, || over_handle(at_limit.clone()));
        let brief = RetryPolicy::new().to_builder().initial_delay(Duration::ZERO).build().unwrap();
        let at_porter = handle().with_policy(brief).with_gate(self.porter.clone());
        waiting.tasks("own gate", AFTER_ONE, || on_handle(at_porter.clone()));
        let drawing = handle().with_budget(self.budget.clone());
        let drawing = (0..3).map(|_| tokio::spawn(on_handle(drawing.clone())));
        waiting.tasks.extend(drawing.map(|task| ("budget", AFTER_ONE, task)));
    }

    fn start_threads(&self, waiting: &mut Waiting) {
        waiting.threads("blocks", AFTER_ONE, || blocks);
        waiting.threads("blocks over a handle", AFTER_ONE, || blocks_over_handle);
        waiting.threads("blocks with timeout", AFTER_ONE, || blocks_with_timeout);
        let begun = Arc::new(AtomicUsize::new(0));
        waiting.threads("run_blocking", AFTER_ONE, || {
            let begun = Arc::clone(&begun);
            let operation = move || {
                begun.fetch_add(1, SeqCst);
                refused()
            };
            || handle().run_blocking(operation)
        });
        let held = handle().with_gate(self.strict.clone());
        waiting.threads("held thread", BEFORE_ANY, || {
            let held = held.clone();
            move || held.run_blocking(refused)
        });
        while begun.load(SeqCst) < THREADS || self.strict.tickets.load(SeqCst) < 100 {
            thread::yield_now();
        }
    }

    fn assert_taken(&self) {
        assert!(self.budget.snapshot().drawn > 0.0);
        assert_eq!(self.breaker.snapshot().waiting(), 1_000);
        assert_eq!(self.porter.tickets.load(SeqCst), 1_000);
        assert_eq!(self.clock.sleepers(), 1_000);
    }

    fn assert_given_back(&self) {
        assert_eq!(self.budget.snapshot(), RetryBudget::new(BudgetPolicy::new()).snapshot());
        assert_eq!(
            (self.breaker.snapshot().waiting(), self.breaker.snapshot().in_flight()),
            (0, 0)
        );
        for porter in [&self.porter, &self.strict] {
            assert_eq!((porter.tickets.load(SeqCst), porter.passes.load(SeqCst)), (0, 0));
        }
        assert_eq!(self.clock.sleepers(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_wakes_all_that_wait_and_nothing_is_tried_again() {
    let recorder = listening_everywhere();
    let (shared, mut waiting) = (Shared::new(), Waiting::default());
    assert_eq!(end(opens().await).0, StopReason::NotRetryable);
    shared.start_tasks(&mut waiting);
    let with_own_error: Vec<_> =
        (0..CALLERS).map(|_| tokio::spawn(plain_with_its_own_error())).collect();
    let (stops, runs): (Vec<_>, Vec<_>) = (0..3)
        .map(|_| oneshot::channel())
        .map(|(stop, stopped)| (stop, tokio::spawn(running(stopped))))
        .unzip();
    settle().await;
    shared.start_threads(&mut waiting);
    shared.assert_taken();
    recorder.said();
    let (now, calls) = (Instant::now(), waiting.tasks.len() + waiting.threads.len() + CALLERS);

    assert!(!is_shutdown());
    shutdown();
    shutdown();
    assert!(is_shutdown());

    let ends = waiting.ended().await;
    assert_eq!(ends.len(), 21, "{ends:?}");
    for task in with_own_error {
        let error = task.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
    assert_eq!(PLAIN_ATTEMPTS.load(SeqCst), CALLERS, "each made one attempt");
    shared.assert_given_back();

    // A thread may have come to its first attempt only now.
    let finals: Vec<_> = recorder.said().into_iter().filter(Said::is_final).collect();
    assert_eq!(finals.len(), calls, "one event for each call");
    assert!(finals.iter().all(|said| said.field("reason") == Some("shutdown")));

    attempts_that_run_may_end(stops, runs).await;
    calls_that_begin_afterwards(&shared).await;
    assert!(recorder.said().iter().all(Said::is_final), "no retry is announced");
    assert_eq!(Instant::now(), now, "nobody waited");
}

async fn attempts_that_run_may_end(
    stops: Vec<oneshot::Sender<io::Result<()>>>,
    runs: Vec<JoinHandle<Call>>,
) {
    settle().await;
    assert!(runs.iter().all(|run| !run.is_finished()));
    let [fails, works, _never] = stops.try_into().expect("three");
    let [failed, worked, runs_on] = runs.try_into().expect("three");
    fails.send(refused()).unwrap();
    works.send(Ok(())).unwrap();
    assert_eq!(end(failed.await.unwrap()), AFTER_ONE);
    worked.await.unwrap().unwrap();
    assert!(!runs_on.is_finished());
    runs_on.abort();
}
