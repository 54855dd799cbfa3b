//! Where the retries of handles and functions come from: budgets of their own, or of a service.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use retry_core::{
    BreakerPolicy, BudgetPolicy, CircuitBreaker, Classify, ErrorKind, Jitter, KindPolicy,
    ManualClock, Retry, RetryBudget, RetryError, RetryPolicy, Scope, StopReason, Verdict,
    with_retry,
};

const POLICY: RetryPolicy = RetryPolicy::new()
    .with_max_attempts(4)
    .with_initial_delay(Duration::from_millis(1))
    .with_jitter(Jitter::None);

#[derive(Debug, PartialEq)]
struct Failed(Verdict);

impl Classify for Failed {
    fn classify(&self) -> Verdict {
        self.0
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

const DOWN: Failed = Failed(Verdict::Retry(ErrorKind::Network));

fn ends(retry: &Retry, failure: Verdict) -> (StopReason, u32) {
    let end = retry.run_blocking(|| Err::<(), _>(Failed(failure))).unwrap_err();
    assert_eq!(end.last_error(), Some(&Failed(failure)), "the caller gets its own error");
    (end.reason(), end.attempts())
}

fn tokens(retry: &Retry) -> f64 {
    retry.budget().unwrap().snapshot().tokens
}

#[test]
fn retries_that_do_not_help_run_dry_and_the_caller_gets_its_own_error() {
    let retry = Retry::new(POLICY).with_clock(ManualClock::new());
    let network = Verdict::Retry(ErrorKind::Network);
    let ends: Vec<_> = (0..5).map(|_| ends(&retry, network)).collect();
    let exhausted = (StopReason::AttemptsExhausted, 4);
    let refused = |attempts| (StopReason::Budget, attempts);
    assert_eq!(ends, [exhausted, exhausted, exhausted, refused(2), refused(1)]);
}

#[test]
fn a_lone_call_can_always_use_all_its_attempts() {
    let clock = ManualClock::new();
    let policy = POLICY.with_max_attempts(30);
    let retry = Retry::new(policy).with_clock(clock.clone());
    for _ in 0..20 {
        let end = ends(&retry, Verdict::Retry(ErrorKind::Network));
        assert_eq!(end, (StopReason::AttemptsExhausted, 30));
        clock.advance(Duration::from_secs(61));
    }
}

#[test]
fn handles_and_their_clones_share_one_budget_and_others_have_their_own() {
    let retry = Retry::new(POLICY).with_clock(ManualClock::new());
    ends(&retry.clone(), Verdict::Retry(ErrorKind::Network));
    assert!((tokens(&retry) - 7.0).abs() < 1e-9);
    assert!((tokens(&Retry::new(POLICY)) - 10.0).abs() < 1e-9);
}

#[test]
fn a_wait_that_the_other_side_asked_for_draws_nothing() {
    let retry = Retry::new(POLICY).with_clock(ManualClock::new());
    let hint = Verdict::RetryAfter(ErrorKind::RateLimit, Duration::from_secs(1));
    for _ in 0..50 {
        assert_eq!(ends(&retry, hint), (StopReason::AttemptsExhausted, 4));
    }
    assert!((tokens(&retry) - 10.0).abs() < 1e-9);
}

/// What was under way when the circuit opened is let in again by the circuit, whatever it costs.
#[test]
fn a_retry_that_an_open_circuit_holds_draws_nothing() {
    const OPENS: BreakerPolicy = BreakerPolicy::new().with_consecutive_failures(2);
    for (policy, drawn) in [(OPENS, 1.0), (OPENS.with_scope(Scope::Call), 3.0)] {
        let retry = Retry::new(POLICY)
            .with_clock(ManualClock::new())
            .with_circuit_breaker(CircuitBreaker::new(policy));
        assert_eq!(ends(&retry, Verdict::Retry(ErrorKind::Network)).1, 4);
        assert!((tokens(&retry) - (10.0 - drawn)).abs() < 1e-9, "{}", tokens(&retry));
    }
}

#[test]
fn a_kind_costs_what_its_policy_says() {
    const COSTLY: RetryPolicy = POLICY.with_kinds(&[
        KindPolicy::new(ErrorKind::Server).with_cost(2.5),
        KindPolicy::new(ErrorKind::Transient).with_cost(0.0),
    ]);
    let retry = Retry::new(COSTLY).with_clock(ManualClock::new());
    ends(&retry, Verdict::Retry(ErrorKind::Transient));
    assert!((tokens(&retry) - 10.0).abs() < 1e-9);
    ends(&retry, Verdict::Retry(ErrorKind::Server));
    assert!((tokens(&retry) - 2.5).abs() < 1e-9);
}

#[test]
fn a_retry_that_works_pays_for_itself() {
    let retry = Retry::new(POLICY).with_clock(ManualClock::new());
    for _ in 0..200 {
        let mut failed = false;
        let result = retry
            .run_blocking(|| if std::mem::replace(&mut failed, true) { Ok(()) } else { Err(DOWN) });
        assert_eq!(result, Ok(()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_is_drawn_before_the_sleep_and_comes_back_when_the_sleep_is_cancelled() {
    let retry = Retry::new(POLICY);
    {
        let mut call = pin!(retry.run(async || Err::<(), _>(DOWN)));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert!((tokens(&retry) - 9.0).abs() < 1e-9, "drawn while it sleeps");
    }
    assert!((tokens(&retry) - 10.0).abs() < 1e-9, "and given back");
    let timed = retry.clone().with_timeout(Duration::from_millis(5)).unwrap();
    let hang_after_one = AtomicU32::new(0);
    let cut = timed.run(async || {
        if hang_after_one.fetch_add(1, Ordering::Relaxed) == 0 {
            return Err::<(), _>(DOWN);
        }
        std::future::pending().await
    });
    assert_eq!(cut.await.unwrap_err().reason(), StopReason::DeadlineExceeded);
    assert!((tokens(&retry) - 9.0).abs() < 1e-9, "an attempt that began was made");
}

#[test]
fn a_budget_that_is_given_holds_before_that_of_the_service() {
    let budget = RetryBudget::new(BudgetPolicy::new().with_max_tokens(1));
    let retry = Retry::new(POLICY.with_max_attempts(2)).with_clock(ManualClock::new());
    let one = retry.clone().with_budget(budget.clone()).with_service("budgets::given");
    let network = Verdict::Retry(ErrorKind::Network);
    assert_eq!(ends(&one, network), (StopReason::AttemptsExhausted, 2));
    assert_eq!(ends(&one, network), (StopReason::Budget, 1));
    assert_eq!(ends(&retry.without_budget(), network), (StopReason::AttemptsExhausted, 2));
}

#[with_retry(
    max_attempts = 4,
    initial_delay = "1ms",
    service = "budgets::shared",
    budget(ratio = 0.2, max_tokens = 6)
)]
async fn one() -> Result<(), RetryError<io::Error>> {
    Err(io::Error::from(io::ErrorKind::ConnectionRefused))?
}

#[with_retry(max_attempts = 4, initial_delay = "1ms", service = "budgets::shared")]
async fn another() -> Result<(), RetryError<io::Error>> {
    Err(io::Error::from(io::ErrorKind::ConnectionRefused))?
}

#[with_retry(max_attempts = 4, initial_delay = "1ms", budget = "none")]
async fn unbounded() -> Result<(), RetryError<io::Error>> {
    Err(io::Error::from(io::ErrorKind::ConnectionRefused))?
}

#[with_retry(max_attempts = 4, initial_delay = "1ms")]
async fn alone() -> Result<(), RetryError<io::Error>> {
    Err(io::Error::from(io::ErrorKind::ConnectionRefused))?
}

#[tokio::test(start_paused = true)]
async fn functions_and_handles_of_one_service_share_its_budget() {
    let end = |error: RetryError<io::Error>| (error.reason(), error.attempts());
    assert_eq!(end(one().await.unwrap_err()), (StopReason::AttemptsExhausted, 4));
    let handle = Retry::new(POLICY).with_service("budgets::shared");
    let network = Verdict::Retry(ErrorKind::Network);
    let by_handle = handle.run(async || Err::<(), _>(Failed(network))).await.unwrap_err();
    assert_eq!(by_handle.attempts(), 4);
    assert_eq!(end(another().await.unwrap_err()), (StopReason::Budget, 1));
    assert_eq!(handle.budget().unwrap().name(), Some("budgets::shared"));
}

#[tokio::test(start_paused = true)]
async fn a_function_that_names_no_service_has_a_budget_of_its_own() {
    let mut ends = Vec::new();
    for _ in 0..4 {
        ends.push(alone().await.unwrap_err().attempts());
        assert_eq!(unbounded().await.unwrap_err().attempts(), 4);
    }
    assert_eq!(ends, [4, 4, 4, 2]);
}

#[tokio::test(start_paused = true)]
async fn nested_retries_do_not_multiply_in_an_outage() {
    static ATTEMPTS: AtomicU32 = AtomicU32::new(0);

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn inner() -> Result<(), RetryError<io::Error>> {
        ATTEMPTS.fetch_add(1, Ordering::Relaxed);
        Err(io::Error::from(io::ErrorKind::ConnectionRefused))?
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn outer() -> Result<(), RetryError<RetryError<io::Error>>> {
        inner().await
    }

    outer().await.unwrap_err();
    assert_eq!(ATTEMPTS.load(Ordering::Relaxed), 9, "a lone call may use all its attempts");
    for _ in 0..200 {
        outer().await.unwrap_err();
    }
    let made = ATTEMPTS.load(Ordering::Relaxed);
    assert!(made <= 201 + 25, "{made} attempts of 201 calls, where 9 each would be 1809");
}

#[test]
fn an_outer_call_does_not_get_around_a_refusal_of_an_inner_one() {
    let inner = Retry::new(POLICY).with_clock(ManualClock::new());
    let network = Verdict::Retry(ErrorKind::Network);
    for _ in 0..4 {
        let _ = ends(&inner, network);
    }
    let outer = Retry::new(POLICY).with_clock(ManualClock::new());
    let end = outer.run_blocking(|| inner.run_blocking(|| Err::<(), _>(Failed(network))));
    assert_eq!(end.unwrap_err().attempts(), 1);
}

#[test]
fn a_lone_call_can_use_all_its_attempts_however_dear_they_are() {
    const DEAR: RetryPolicy =
        POLICY.with_kinds(&[KindPolicy::new(ErrorKind::Server).with_cost(50.0)]);
    let retry = Retry::new(DEAR).with_clock(ManualClock::new());
    let server = Verdict::Retry(ErrorKind::Server);
    assert_eq!(ends(&retry, server), (StopReason::AttemptsExhausted, 4));
    assert_eq!(ends(&retry, server), (StopReason::Budget, 1));
}

#[tokio::test(start_paused = true)]
async fn who_describes_the_budget_of_a_service_decides_it_whoever_is_called_first() {
    #[with_retry(max_attempts = 4, initial_delay = "1ms", service = "budgets::described")]
    async fn says_nothing() -> Result<(), RetryError<io::Error>> {
        Err(io::Error::from(io::ErrorKind::ConnectionRefused))?
    }
    #[with_retry(
        max_attempts = 4,
        initial_delay = "1ms",
        service = "budgets::described",
        budget(max_tokens = 3)
    )]
    async fn says_three() -> Result<(), RetryError<io::Error>> {
        Err(io::Error::from(io::ErrorKind::ConnectionRefused))?
    }

    let handle = Retry::new(POLICY).with_service("budgets::described");
    let attempts = |result: Result<(), RetryError<io::Error>>| result.unwrap_err().attempts();
    assert_eq!(attempts(says_nothing().await), 4);
    assert_eq!(attempts(says_three().await), 4);
    assert_eq!(attempts(says_three().await), 1, "three tokens were all");
    assert_eq!(attempts(says_nothing().await), 1, "for everybody");
    assert!((tokens(&handle) - 0.0).abs() < 1e-9);
}
