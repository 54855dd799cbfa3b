//! The gates in pairs, with each other, with the timeouts and with a cancellation: the order is the
//! same whatever order they are given in, and whoever is stopped at one has left nothing at another.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use retry_core::{
    Admission, BreakerPolicy, CancellationToken, CircuitBreaker, CircuitState, Classify, ErrorKind,
    Gate, Jitter, OnOpen, Outcome, RateLimit, RateLimitPolicy, Refusal, Request, Retry,
    RetryBudget, RetryError, RetryPolicy, Settlement, StopReason, Throttle, ThrottlePolicy,
    TokioClock, Verdict,
};
use tokio::time::Instant;

const POLICY: RetryPolicy = RetryPolicy::new().with_jitter(Jitter::None);

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[derive(Debug)]
struct Failed(ErrorKind);

impl Classify for Failed {
    fn classify(&self) -> Verdict {
        self.0.into()
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Every gate at once, each in one of its moods.
#[derive(Clone)]
struct Gates {
    throttle: Throttle,
    limit: RateLimit,
    breaker: CircuitBreaker,
    budget: RetryBudget,
}

impl Gates {
    fn new() -> Self {
        Self {
            throttle: Throttle::new(ThrottlePolicy::new()).with_name("throttle").with_seed(1),
            limit: RateLimit::new(RateLimitPolicy::new()).with_name("limit"),
            breaker: breaker(OnOpen::Refuse),
            budget: RetryBudget::default(),
        }
    }

    /// With all gates, given in one order or the other.
    fn retries(&self) -> [Retry; 2] {
        let Self { throttle, limit, breaker, budget } = self.clone();
        let one = Retry::new(POLICY)
            .with_throttle(throttle.clone())
            .with_rate_limit(limit.clone())
            .with_circuit_breaker(breaker.clone());
        let other = Retry::new(POLICY)
            .with_circuit_breaker(breaker)
            .with_rate_limit(limit)
            .with_throttle(throttle);
        [one, other].map(|retry| retry.with_budget(budget.clone()))
    }

    /// Without the throttle, which would soon reject some of what fails here.
    fn unthrottled(&self) -> [Retry; 2] {
        let Self { limit, breaker, budget, .. } = self.clone();
        let one = Retry::new(POLICY).with_rate_limit(limit.clone());
        let one = one.with_circuit_breaker(breaker.clone());
        let other = Retry::new(POLICY).with_circuit_breaker(breaker).with_rate_limit(limit);
        [one, other].map(|retry| retry.with_budget(budget.clone()))
    }

    /// The throttle rejects nearly everything from now on.
    fn throttled(self) -> Self {
        for _ in 0..10_000 {
            settle(&self.throttle, Outcome::Failure(ErrorKind::Server));
        }
        self
    }

    /// The rate limit holds everybody for this long.
    fn held(self, hold: Duration) -> Self {
        let request = Request::new(&TokioClock, None, 1);
        let Admission::Go(pass) = self.limit.admit(&request) else { panic!("it is off") };
        let throttled = Outcome::Failure(ErrorKind::RateLimit);
        self.limit.settle(pass, &Settlement::new(throttled, &TokioClock).with_hint(hold));
        self
    }

    /// Nothing is under way and nobody waits.
    fn are_empty(&self) -> bool {
        let snapshot = self.breaker.snapshot();
        (snapshot.in_flight(), snapshot.waiting()) == (0, 0)
    }
}

fn breaker(on_open: OnOpen) -> CircuitBreaker {
    let policy = BreakerPolicy::new().with_consecutive_failures(2).with_on_open(on_open);
    CircuitBreaker::new(policy).with_name("breaker").with_seed(7)
}

fn settle(gate: &impl Gate, outcome: Outcome) {
    if let Admission::Go(pass) = gate.admit(&Request::new(&TokioClock, None, 1)) {
        gate.settle(pass, &Settlement::new(outcome, &TokioClock));
    }
}

async fn succeed(retry: &Retry) -> Result<(), RetryError<Failed>> {
    retry.run(async || Ok(())).await
}

fn refused_by(result: &Result<(), RetryError<Failed>>) -> (StopReason, Option<&str>) {
    let stopped = result.as_ref().unwrap_err().stopped();
    (stopped.reason(), stopped.refusal().and_then(Refusal::gate))
}

#[tokio::test(start_paused = true)]
async fn a_throttle_is_asked_before_a_rate_limit_and_a_breaker() {
    let gates = Gates::new().throttled().held(millis(500));
    gates.breaker.force_open();
    for retry in gates.retries() {
        let started = Instant::now();
        let result = succeed(&retry).await;
        assert_eq!(refused_by(&result), (StopReason::Throttled, Some("throttle")));
        assert_eq!(started.elapsed(), Duration::ZERO, "nobody waits to be rejected");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_is_asked_before_a_breaker() {
    for order in [0, 1] {
        let gates = Gates::new().held(millis(500));
        gates.breaker.force_open();
        let retry = &gates.retries()[order];
        let short = retry.clone().with_timeout(millis(1)).unwrap();
        assert_eq!(refused_by(&succeed(&short).await), (StopReason::Throttled, Some("limit")));
        assert_eq!(refused_by(&succeed(retry).await), (StopReason::CircuitOpen, Some("breaker")));
        assert!(gates.are_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_is_taken_only_by_an_attempt_that_starts_at_once() {
    let gates = Gates::new();
    settle(&gates.breaker, Outcome::Failure(ErrorKind::Network));
    settle(&gates.breaker, Outcome::Failure(ErrorKind::Network));
    assert_eq!(gates.breaker.state(), CircuitState::Open);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let gates = gates.held(millis(500));
    let [retry, _] = gates.retries();
    let mut call = pin!(succeed(&retry));
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(gates.breaker.snapshot().in_flight(), 0, "the rate limit has it still");
    call.await.unwrap();
    assert_eq!(gates.breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_ends_a_call_before_its_retry_costs_a_token() {
    let gates = Gates::new();
    settle(&gates.breaker, Outcome::Failure(ErrorKind::Network));
    for retry in gates.unthrottled() {
        let result = retry.run(async || Err::<(), _>(Failed(ErrorKind::Network))).await;
        assert_eq!(refused_by(&result).0, StopReason::CircuitOpen);
    }
    assert!((gates.budget.snapshot().drawn).abs() < 1e-9);
}

#[tokio::test(start_paused = true)]
async fn a_gate_that_refuses_the_retry_after_its_sleep_gives_the_token_back() {
    let gates = Gates::new();
    let [retry, _] = gates.retries();
    let result = retry.run(async || {
        gates.breaker.force_open();
        Err::<(), _>(Failed(ErrorKind::RateLimit))
    });
    assert_eq!(refused_by(&result.await).0, StopReason::CircuitOpen);
    assert!((gates.budget.snapshot().drawn).abs() < 1e-9);
}

#[tokio::test(start_paused = true)]
async fn the_total_timeout_covers_the_wait_at_each_gate() {
    let parked = Gates { breaker: breaker(OnOpen::PARK), ..Gates::new() };
    settle(&parked.breaker, Outcome::Failure(ErrorKind::Network));
    settle(&parked.breaker, Outcome::Failure(ErrorKind::Network));
    let [retry, _] = parked.retries();
    // The one that probes hangs, so that the next one has to wait.
    let probing = retry.clone();
    let hanging = tokio::spawn(async move {
        probing.run(async || std::future::pending::<Result<(), Failed>>().await).await
    });
    tokio::time::sleep(millis(2_000)).await;
    let started = Instant::now();
    let timed = retry.with_timeout(millis(300)).unwrap();
    let result = succeed(&timed).await;
    assert!(matches!(
        result.as_ref().unwrap_err().reason(),
        StopReason::CircuitOpen | StopReason::DeadlineExceeded
    ));
    assert_eq!((started.elapsed(), result.unwrap_err().attempts()), (millis(300), 0));
    assert_eq!(parked.breaker.snapshot().waiting(), 0);
    hanging.abort();
    let _ = hanging.await;
    assert!(parked.are_empty());

    let held = Gates::new().held(millis(5_000));
    for retry in held.retries() {
        let started = Instant::now();
        let result = succeed(&retry.with_timeout(millis(300)).unwrap()).await;
        assert_eq!(refused_by(&result).0, StopReason::Throttled);
        assert!(started.elapsed() <= millis(300));
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_held_has_the_whole_of_its_own_timeout_when_it_starts() {
    let gates = Gates::new().held(millis(500));
    let policy = POLICY.with_attempt_timeout(millis(100));
    for retry in gates.retries() {
        let slow = async || {
            tokio::time::sleep(millis(90)).await;
            Ok::<_, Failed>(())
        };
        retry.with_policy(policy).run(slow).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_timeout_counts_at_the_breaker_and_a_cancellation_does_not() {
    let hang = async || std::future::pending::<Result<(), Failed>>().await;
    let gates = Gates::new();
    let [retry, _] = gates.unthrottled();
    for _ in 0..10 {
        let cancelled = tokio::time::timeout(millis(50), retry.run(hang)).await;
        assert!(cancelled.is_err());
    }
    assert_eq!((gates.breaker.state(), gates.are_empty()), (CircuitState::Closed, true));
    let policy = POLICY.with_attempt_timeout(millis(50)).with_max_attempts(2);
    retry.with_policy(policy).run(hang).await.unwrap_err();
    assert_eq!(gates.breaker.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_the_wait_at_each_gate_and_nothing_is_left_behind() {
    let parked = Gates { breaker: breaker(OnOpen::PARK), ..Gates::new() };
    settle(&parked.breaker, Outcome::Failure(ErrorKind::Network));
    settle(&parked.breaker, Outcome::Failure(ErrorKind::Network));
    for gates in [parked, Gates::new().held(millis(5_000))] {
        for retry in gates.retries() {
            let token = CancellationToken::new();
            let retry = retry.with_cancellation(token.clone());
            let cancel = async {
                tokio::time::sleep(millis(10)).await;
                token.cancel();
            };
            let (result, ()) = tokio::join!(succeed(&retry), cancel);
            assert_eq!(result.unwrap_err().reason(), StopReason::Cancelled);
            assert!(gates.are_empty());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn calls_dropped_at_any_await_leave_every_gate_as_it_was() {
    let gates = Gates { breaker: breaker(OnOpen::PARK), ..Gates::new() };
    let attempts = AtomicU32::new(0);
    let [retry, _] = gates.unthrottled();
    for polls in 0..200_u32 {
        let fails = polls % 5 < 2;
        let call = retry.run(async || {
            attempts.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(millis(u64::from(polls % 7))).await;
            if fails { Err(Failed(ErrorKind::Network)) } else { Ok(()) }
        });
        // Dropped after a time that walks through all that it waits for.
        let _ = tokio::time::timeout(millis(u64::from(polls * 13 % 400)), call).await;
        let snapshot = gates.breaker.snapshot();
        assert_eq!(
            (snapshot.waiting(), snapshot.in_flight()),
            (0, 0),
            "after {polls}: {snapshot:?}"
        );
        let budget = gates.budget.snapshot();
        assert!(budget.drawn >= 0.0 && budget.tokens >= 0.0, "{budget:?}");
    }
    let made = attempts.load(Ordering::Relaxed);
    assert!(made > 30, "{made} attempts were made");
}
