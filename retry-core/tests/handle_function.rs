//! The attribute over a handle: all that the handle has counts, as it does in `Retry::run`.

#![cfg(feature = "macros")]

use std::future::pending;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use retry_core::{
    Admission, BreakerPolicy, BudgetPolicy, CancellationToken, CircuitBreaker, Classify, Clock,
    ErrorKind, Gate, Held, Jitter, ManualClock, OnOpen, Pass, Refusal, Request, Retry, RetryBudget,
    RetryError, RetryPolicy, Settlement, StopReason, Stopped, Ticket, Verdict, with_retry,
};

const POLICY: RetryPolicy = RetryPolicy::new().with_jitter(Jitter::None);

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A failure of the test's choice.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Failed(Verdict);

const NETWORK: Failed = Failed(Verdict::Retry(ErrorKind::Network));

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Classify for Failed {
    fn classify(&self) -> Verdict {
        self.0
    }
}

/// Fails, and hangs at this attempt.
#[with_retry(retry = retry, context = attempt)]
async fn hangs_at(retry: &Retry, number: u32) -> Result<(), RetryError<Failed>> {
    if attempt.number() == number {
        pending::<()>().await;
    }
    Err(NETWORK)?
}

fn end(result: Result<(), RetryError<Failed>>) -> (StopReason, u32, Duration) {
    let error = result.unwrap_err();
    (error.reason(), error.attempts(), error.elapsed())
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_the_handle_cuts_the_call_and_its_newest_error_is_kept() {
    let retry = Retry::new(POLICY).with_timeout(millis(250)).unwrap();
    let error = hangs_at(&retry, 2).await.unwrap_err();
    assert_eq!(error.last_error(), Some(&NETWORK));
    assert_eq!(end(Err(error)), (StopReason::DeadlineExceeded, 2, millis(250)));
    let error = hangs_at(&retry, 1).await.unwrap_err();
    assert_eq!(error.last_error(), None);
    assert_eq!(end(Err(error)), (StopReason::DeadlineExceeded, 1, millis(250)));
}

#[tokio::test(start_paused = true)]
async fn the_attempt_timeout_of_the_handle_cuts_an_attempt_and_the_call_goes_on() {
    #[with_retry(retry = retry, never_on = kind(timeout))]
    async fn never_on_timeouts(retry: &Retry) -> Result<(), RetryError<Failed>> {
        pending().await
    }

    let retry = Retry::new(POLICY.with_attempt_timeout(millis(10)));
    let exhausted = end(hangs_at(&retry, 1).await);
    assert_eq!(exhausted, (StopReason::AttemptsExhausted, 3, millis(10 + 100 + 200)));
    let given_up = end(never_on_timeouts(&retry).await);
    assert_eq!(given_up, (StopReason::NotRetryable, 1, millis(10)));
}

#[tokio::test(start_paused = true)]
async fn no_attempt_starts_after_the_deadline_of_the_handle() {
    let clock = ManualClock::new();
    let retry = Retry::new(POLICY).with_clock(clock.clone()).with_deadline(clock.now());
    assert_eq!(end(hangs_at(&retry, 9).await), (StopReason::DeadlineExceeded, 0, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_the_call_before_an_attempt_and_in_one_and_in_a_delay() {
    let token = CancellationToken::new();
    let retry = Retry::new(POLICY).with_cancellation(token.clone());
    for (hangs, after, attempts) in [(1, 10, 1), (9, 10, 1), (9, 150, 2), (2, 150, 2)] {
        let token = CancellationToken::new();
        let retry = retry.clone().with_cancellation(token.clone());
        let cancel = async {
            tokio::time::sleep(millis(after)).await;
            token.cancel();
        };
        let (result, ()) = tokio::join!(hangs_at(&retry, hangs), cancel);
        assert_eq!(end(result), (StopReason::Cancelled, attempts, millis(after)), "{hangs}");
    }
    token.cancel();
    assert_eq!(end(hangs_at(&retry, 1).await), (StopReason::Cancelled, 0, Duration::ZERO));
}

#[test]
fn a_token_ends_the_delay_of_a_function_that_blocks() {
    #[with_retry(retry = retry, on_retry = |_| token.cancel())]
    fn blocks(retry: &Retry, token: &CancellationToken) -> Result<(), RetryError<Failed>> {
        Err(NETWORK)?
    }

    let (token, clock) = (CancellationToken::new(), ManualClock::new());
    let retry = Retry::new(POLICY).with_cancellation(token.clone()).with_clock(clock.clone());
    assert_eq!(end(blocks(&retry, &token)), (StopReason::Cancelled, 1, Duration::ZERO));
    assert_eq!(clock.waits(), []);
}

#[tokio::test(start_paused = true)]
async fn an_open_circuit_of_the_handle_refuses_and_every_attempt_is_counted() {
    #[derive(Debug)]
    struct Explained(Option<Stopped>);

    impl From<Stopped> for Explained {
        fn from(stopped: Stopped) -> Self {
            Self(Some(stopped))
        }
    }

    #[with_retry(retry = retry)]
    async fn ask(retry: &Retry, calls: &mut u32) -> Result<(), Explained> {
        *calls += 1;
        Err(Explained(None))
    }

    let policy = BreakerPolicy::new().with_consecutive_failures(3).with_on_open(OnOpen::Refuse);
    let breaker = CircuitBreaker::new(policy).with_name("quotes");
    let retry = Retry::new(POLICY).with_circuit_breaker(breaker).without_budget();
    let mut calls = 0;
    assert!(ask(&retry, &mut calls).await.unwrap_err().0.is_none(), "its own error");
    let refused = ask(&retry, &mut calls).await.unwrap_err().0.expect("no attempt was made");
    assert_eq!((refused.reason(), refused.attempts(), calls), (StopReason::CircuitOpen, 0, 3));
    assert_eq!(refused.refusal().unwrap().gate(), Some("quotes"));
    let elsewhere = retry.run(async || Ok::<_, Failed>(())).await;
    assert_eq!(elsewhere.unwrap_err().reason(), StopReason::CircuitOpen, "it is the handle's");
}

#[tokio::test(start_paused = true)]
async fn the_budget_of_the_handle_bounds_the_retries_and_successes_feed_it() {
    #[with_retry(retry = retry)]
    async fn ask(retry: &Retry, works: bool) -> Result<(), RetryError<Failed>> {
        if works { Ok(()) } else { Err(NETWORK)? }
    }

    let policy = BudgetPolicy::new().with_max_tokens(2).with_ratio(0.5);
    let budget = RetryBudget::new(policy);
    let retry = Retry::new(POLICY).with_budget(budget.clone());
    assert_eq!(ask(&retry, false).await.unwrap_err().reason(), StopReason::AttemptsExhausted);
    let tokens = budget.snapshot().tokens;
    assert_eq!(ask(&retry, false).await.unwrap_err().reason(), StopReason::Budget);
    ask(&retry, true).await.unwrap();
    assert!(budget.snapshot().tokens > tokens, "{:?}", budget.snapshot());
}

#[tokio::test(start_paused = true)]
async fn what_a_dropped_call_had_drawn_goes_back() {
    let budget = RetryBudget::new(BudgetPolicy::new());
    let retry = Retry::new(POLICY).with_budget(budget.clone());
    let full = budget.snapshot().tokens;
    {
        let mut call = pin!(hangs_at(&retry, 9));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert!(budget.snapshot().tokens < full, "it waits for its second attempt");
    }
    assert!(budget.snapshot().tokens >= full, "{:?}", budget.snapshot());
}

/// A gate that answers as it is told, and writes down what becomes of its passes.
#[derive(Clone, Debug, Default)]
struct Porter(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    /// What the next requests get, from the last on; then all go.
    answers: Vec<Answer>,
    lines: Vec<String>,
    out: i64,
    waiting: i64,
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    Go,
    Refuse,
    Hold,
}

impl Porter {
    fn new(answers: &[Answer]) -> Self {
        let porter = Self::default();
        porter.0.lock().unwrap().answers = answers.to_vec();
        porter
    }

    /// What has happened, once everything has come back.
    fn lines(&self) -> Vec<String> {
        let book = self.0.lock().unwrap();
        assert_eq!((book.out, book.waiting), (0, 0), "passes and tickets: {:?}", book.lines);
        book.lines.clone()
    }
}

impl Gate for Porter {
    fn admit(&self, request: &Request<'_>) -> Admission {
        let mut book = self.0.lock().unwrap();
        let answer = book.answers.pop().unwrap_or(Answer::Go);
        let by = request.deadline().map(|end| end - request.clock().now());
        book.lines.push(format!("{answer:?} for {} by {by:?}", request.attempt()));
        match answer {
            Answer::Go => {
                book.out += 1;
                Admission::Go(Pass::default())
            }
            Answer::Refuse => Admission::Refuse(Refusal::new(StopReason::Throttled)),
            Answer::Hold => {
                book.waiting += 1;
                Admission::Hold(Ticket(u64::from(request.attempt())))
            }
        }
    }

    fn ask_again(&self, _: Ticket, request: &Request<'_>, _: &Waker) -> Held {
        let mut book = self.0.lock().unwrap();
        // The first time it is asked at once, the second time the wait is over.
        let asked = format!("held {}", request.attempt());
        if !book.lines.contains(&asked) {
            book.lines.push(asked);
            return Held::Wait(Some(millis(50)));
        }
        book.waiting -= 1;
        book.out += 1;
        Held::Go(Pass::default())
    }

    fn leave(&self, _: Ticket, _: &dyn Clock) {
        let mut book = self.0.lock().unwrap();
        book.waiting -= 1;
        book.lines.push("left".into());
    }

    fn settle(&self, _: Pass, settlement: &Settlement<'_>) {
        let mut book = self.0.lock().unwrap();
        book.out -= 1;
        let cause = settlement.cause().map(ToString::to_string);
        book.lines.push(format!("{:?}, {cause:?}", settlement.outcome()));
    }
}

#[test]
fn a_call_that_is_dropped_gives_its_place_and_its_pass_back() {
    let mut context = Context::from_waker(Waker::noop());
    for (answer, wanted) in [(Answer::Hold, "left"), (Answer::Go, "Abandoned")] {
        let porter = Porter::new(&[answer]);
        let retry = Retry::new(POLICY).with_gate(porter.clone()).with_clock(ManualClock::new());
        {
            let mut call = pin!(hangs_at(&retry, 1));
            assert!(call.as_mut().poll(&mut context).is_pending());
        }
        let lines = porter.lines();
        assert!(lines.last().is_some_and(|line| line.starts_with(wanted)), "{lines:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_attempt_counts_as_nothing_for_a_gate_and_a_hang_as_a_timeout() {
    let (porter, token) = (Porter::default(), CancellationToken::new());
    let retry = Retry::new(POLICY.with_timeout(millis(70))).with_gate(porter.clone());
    let cancelled = retry.clone().with_cancellation(token.clone());
    let cancel = async {
        tokio::time::sleep(millis(30)).await;
        token.cancel();
    };
    let (one, other, ()) = tokio::join!(hangs_at(&cancelled, 1), hangs_at(&retry, 1), cancel);
    assert_eq!(end(one).0, StopReason::Cancelled);
    assert_eq!(end(other).0, StopReason::DeadlineExceeded);
    let lines = porter.lines();
    assert!(lines[2].starts_with("Abandoned"), "{lines:?}");
    assert!(lines[3].starts_with("Failure(Timeout)"), "{lines:?}");
}

#[test]
fn a_panic_is_a_failure_for_a_gate() {
    #[with_retry(retry = retry)]
    fn panics(retry: &Retry) -> Result<(), RetryError<Failed>> {
        panic!("as it should")
    }

    let porter = Porter::default();
    let retry = Retry::new(POLICY).with_gate(porter.clone());
    let call = std::panic::AssertUnwindSafe(|| panics(&retry));
    assert!(std::panic::catch_unwind(call).is_err());
    assert_eq!(porter.lines()[1], "Failure(Unknown), Some(\"panicked\")");
}

#[tokio::test(start_paused = true)]
async fn a_held_attempt_is_let_through_and_the_wait_is_part_of_the_time() {
    let porter = Porter::new(&[Answer::Hold]);
    let retry = Retry::new(POLICY.with_timeout(millis(70))).with_gate(porter.clone());
    assert_eq!(end(hangs_at(&retry, 1).await), (StopReason::DeadlineExceeded, 1, millis(70)));
    assert_eq!(porter.lines()[1], "held 1");
}

#[tokio::test(start_paused = true)]
async fn the_handle_is_asked_for_once_for_each_call() {
    #[with_retry(retry = made(count))]
    async fn ask(count: &std::cell::Cell<u32>) -> Result<(), RetryError<Failed>> {
        Err(NETWORK)?
    }

    fn made(count: &std::cell::Cell<u32>) -> Retry {
        count.set(count.get() + 1);
        Retry::new(POLICY)
    }

    let count = std::cell::Cell::new(0);
    assert_eq!((end(ask(&count).await).1, count.get()), (3, 1));
}

/// What a script says of one attempt.
#[derive(Clone, Copy, Debug)]
enum Says {
    Works,
    Fails(Verdict),
    Takes(u64),
}

impl Says {
    fn play(self, clock: &ManualClock) -> Result<(), Failed> {
        match self {
            Self::Works => Ok(()),
            Self::Fails(verdict) => Err(Failed(verdict)),
            Self::Takes(time) => {
                clock.advance(millis(time));
                Err(NETWORK)
            }
        }
    }
}

fn says() -> impl Strategy<Value = Says> {
    prop_oneof![
        1 => Just(Says::Works),
        1 => Just(Says::Fails(Verdict::Stop(ErrorKind::Client))),
        3 => Just(Says::Fails(Verdict::Retry(ErrorKind::Network))),
        1 => (1..400_u64).prop_map(|wait| Says::Fails(Verdict::RetryAfter(ErrorKind::RateLimit, millis(wait)))),
        1 => (1..400_u64).prop_map(Says::Takes),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![6 => Just(Answer::Go), 1 => Just(Answer::Refuse), 2 => Just(Answer::Hold)]
}

/// What a handle has.
#[derive(Clone, Debug)]
struct Has {
    attempts: u32,
    timeout: Option<u64>,
    deadline: Option<u64>,
    seed: u64,
    tokens: u32,
    answers: Option<Vec<Answer>>,
}

fn has() -> impl Strategy<Value = Has> {
    let times = (prop::option::of(1..900_u64), prop::option::of(1..900_u64));
    let answers = prop::option::of(prop::collection::vec(answer(), 0..5));
    (1..5_u32, times, any::<u64>(), 1..4_u32, answers).prop_map(
        |(attempts, (timeout, deadline), seed, tokens, answers)| Has {
            attempts,
            timeout,
            deadline,
            seed,
            tokens,
            answers,
        },
    )
}

/// What there is to see of a call.
#[derive(Debug, PartialEq)]
struct Seen {
    end: Option<(StopReason, u32, Duration, Option<Failed>)>,
    waits: Vec<Duration>,
    gate: Vec<String>,
    tokens: f64,
}

impl Has {
    /// Makes a call with such a handle, each time a new one.
    fn seen(
        &self,
        call: impl FnOnce(&Retry, &ManualClock) -> Result<(), RetryError<Failed>>,
    ) -> Seen {
        let clock = ManualClock::new();
        let budget = RetryBudget::new(BudgetPolicy::new().with_max_tokens(self.tokens));
        let policy = RetryPolicy::new().with_max_attempts(self.attempts);
        let mut retry = Retry::new(policy)
            .with_seed(self.seed)
            .with_clock(clock.clone())
            .with_budget(budget.clone());
        if let Some(timeout) = self.timeout {
            retry = retry.with_timeout(millis(timeout)).unwrap();
        }
        if let Some(deadline) = self.deadline {
            let deadline: Instant = clock.now() + millis(deadline);
            retry = retry.with_deadline(deadline);
        }
        let porter = Porter::new(self.answers.as_deref().unwrap_or_default());
        if self.answers.is_some() {
            retry = retry.with_gate(porter.clone());
        }
        let end = call(&retry, &clock).err().map(|error| {
            (error.reason(), error.attempts(), error.elapsed(), error.into_last_error())
        });
        let tokens = budget.snapshot().tokens;
        Seen { end, waits: clock.waits(), gate: porter.lines(), tokens }
    }
}

#[with_retry(retry = retry)]
fn annotated<F>(retry: &Retry, play: F) -> Result<(), RetryError<Failed>>
where
    F: FnMut() -> Result<(), Failed>,
{
    play()
}

#[with_retry(retry = retry)]
async fn annotated_async<F>(retry: &Retry, play: F) -> Result<(), RetryError<Failed>>
where
    F: FnMut() -> Result<(), Failed>,
{
    play()
}

/// The end of a call on a manual clock, which is moved to the end of each wait.
fn driven<T>(clock: &ManualClock, call: impl Future<Output = T>) -> T {
    let mut call = pin!(call);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100 {
        if let Poll::Ready(output) = call.as_mut().poll(&mut context) {
            return output;
        }
        clock.advance(*clock.waits().last().expect("it waits on the clock"));
    }
    panic!("the call does not end")
}

proptest! {
    #[test]
    fn a_function_over_a_handle_does_what_the_handle_does(
        has in has(),
        script in prop::collection::vec(says(), 5),
    ) {
        let play = |clock: &ManualClock| {
            let (mut script, clock) = (script.clone().into_iter(), clock.clone());
            move || script.next().expect("at most five attempts").play(&clock)
        };
        let by_run = has.seen(|retry, clock| retry.run_blocking(play(clock)));
        let by_attribute = has.seen(|retry, clock| annotated(retry, play(clock)));
        prop_assert_eq!(&by_run, &by_attribute);

        let by_run = has.seen(|retry, clock| {
            let mut play = play(clock);
            driven(clock, retry.run(|| std::future::ready(play())))
        });
        let by_attribute =
            has.seen(|retry, clock| driven(clock, annotated_async(retry, play(clock))));
        prop_assert_eq!(by_run, by_attribute);
    }
}

#[test]
fn a_foreign_error_without_a_text_is_asked_and_kept() {
    struct Silent(io::Error);

    #[with_retry(retry = retry)]
    fn ask(retry: &Retry) -> Result<(), RetryError<Silent>> {
        Err(Silent(io::ErrorKind::NotFound.into()))?
    }

    let retry = Retry::new(POLICY).with_clock(ManualClock::new());
    let error = ask(&retry).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (StopReason::AttemptsExhausted, 3));
    assert_eq!(error.into_last_error().unwrap().0.kind(), io::ErrorKind::NotFound);
}
