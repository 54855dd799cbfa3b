//! Gates of annotated functions: what the attribute says of them, and who shares them.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use retry_core::{
    BreakerPolicy, Classify, ErrorKind, OnOpen, RetryError, StopReason, Stopped, Verdict,
    with_retry,
};
use tokio::time::Instant;

/// A failure of the test's choice, or the end of a call.
#[derive(Debug)]
enum Failed {
    Told(Verdict),
    Stopped(Stopped),
}

impl Classify for Failed {
    fn classify(&self) -> Verdict {
        match self {
            Self::Told(verdict) => *verdict,
            Self::Stopped(_) => Verdict::Stop(ErrorKind::CircuitBreaker),
        }
    }
}

impl From<Stopped> for Failed {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}

const NETWORK: Failed = Failed::Told(Verdict::Retry(ErrorKind::Network));

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn reason(result: Result<(), Failed>) -> Option<(StopReason, u32)> {
    match result {
        Err(Failed::Stopped(stopped)) => Some((stopped.reason(), stopped.attempts())),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn an_open_circuit_refuses_before_the_first_attempt_and_says_why() {
    static CALLS: AtomicU32 = AtomicU32::new(0);

    #[with_retry(
        max_attempts = 1,
        service = "function_gates::refuses",
        circuit_breaker(consecutive_failures = 3, on_open = "refuse", open_for = "2s")
    )]
    async fn ask() -> Result<(), Failed> {
        CALLS.fetch_add(1, Ordering::Relaxed);
        Err(NETWORK)
    }

    for _ in 0..3 {
        assert_eq!(reason(ask().await), None, "the caller gets its own error");
    }
    let Err(Failed::Stopped(stopped)) = ask().await else { panic!("the circuit is open") };
    assert_eq!((stopped.reason(), stopped.attempts()), (StopReason::CircuitOpen, 0));
    let refusal = stopped.refusal().unwrap();
    assert_eq!(refusal.gate(), Some("function_gates::refuses"));
    assert!(refusal.retry_in().is_some_and(|left| left >= millis(1_000) && left <= millis(2_000)));
    assert_eq!(refusal.cause().map(|(kind, _)| kind), Some(ErrorKind::Network));
    assert_eq!(CALLS.load(Ordering::Relaxed), 3);

    tokio::time::sleep(millis(2_000)).await;
    assert_eq!(reason(ask().await), None, "a probe is let through");
    assert_eq!(CALLS.load(Ordering::Relaxed), 4);
}

#[tokio::test(start_paused = true)]
async fn a_retry_does_not_sleep_towards_an_open_circuit() {
    #[with_retry(
        max_attempts = 9,
        initial_delay = "1s",
        jitter = "none",
        circuit_breaker(
            consecutive_failures = 2,
            on_open = "refuse",
            open_for = "10m",
            max_open_for = "10m"
        )
    )]
    async fn ask() -> Result<(), RetryError<Failed>> {
        Err(NETWORK)?
    }

    let started = Instant::now();
    let end = ask().await.unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::CircuitOpen, 2));
    assert!(matches!(end.last_error(), Some(Failed::Told(_))), "its own error stands beside it");
    assert_eq!(started.elapsed(), millis(1_000));
}

#[tokio::test(start_paused = true)]
async fn callers_wait_at_an_open_circuit_until_the_other_side_is_back() {
    static UP: AtomicU32 = AtomicU32::new(0);

    #[with_retry(
        max_attempts = 3,
        initial_delay = "10ms",
        timeout = "30s",
        budget = "none",
        circuit_breaker(consecutive_failures = 3, max_waiting = 50)
    )]
    async fn ask() -> Result<(), RetryError<Failed>> {
        tokio::time::sleep(millis(5)).await;
        if UP.load(Ordering::Relaxed) == 0 { Err(NETWORK)? } else { Ok(()) }
    }

    let _ = ask().await;
    let calls: Vec<_> = (0..20).map(|_| tokio::spawn(ask())).collect();
    tokio::time::sleep(millis(1_000)).await;
    assert!(calls.iter().filter(|call| !call.is_finished()).count() >= 15, "they wait");
    UP.store(1, Ordering::Relaxed);
    let mut succeeded = 0;
    for call in calls {
        succeeded += u32::from(call.await.unwrap().is_ok());
    }
    assert!(succeeded >= 15, "{succeeded}");
}

#[tokio::test(start_paused = true)]
async fn functions_of_one_service_go_through_one_breaker_and_others_do_not() {
    const POLICY: BreakerPolicy =
        BreakerPolicy::new().with_consecutive_failures(2).with_on_open(OnOpen::Refuse);

    #[with_retry(max_attempts = 1, service = "function_gates::shared", circuit_breaker = POLICY)]
    async fn one() -> Result<(), Failed> {
        Err(NETWORK)
    }
    #[with_retry(max_attempts = 1, service = "function_gates::shared", circuit_breaker = POLICY)]
    async fn another() -> Result<(), Failed> {
        Ok(())
    }
    #[with_retry(max_attempts = 1, circuit_breaker = POLICY)]
    async fn alone() -> Result<(), Failed> {
        Ok(())
    }
    #[with_retry(max_attempts = 1, service = "function_gates::shared")]
    async fn without() -> Result<(), Failed> {
        Ok(())
    }

    assert_eq!((reason(one().await), reason(one().await)), (None, None));
    assert_eq!(reason(another().await), Some((StopReason::CircuitOpen, 0)));
    assert!(alone().await.is_ok());
    assert!(without().await.is_ok(), "who does not ask for the breaker does not meet it");
}

#[tokio::test(start_paused = true)]
async fn one_bad_key_does_not_close_the_way_to_the_others() {
    #[with_retry(
        max_attempts = 1,
        service = "function_gates::keyed",
        key = shard % 10,
        circuit_breaker(consecutive_failures = 2, on_open = "refuse")
    )]
    async fn read(shard: u32) -> Result<(), Failed> {
        if shard % 10 == 3 { Err(NETWORK) } else { Ok(()) }
    }

    for shard in 0..20 {
        assert_eq!(reason(read(shard).await), None);
    }
    let Err(Failed::Stopped(stopped)) = read(3).await else { panic!("shard 3 is open") };
    assert_eq!(stopped.refusal().unwrap().gate(), Some("function_gates::keyed[3]"));
    for shard in (0..10).filter(|shard| *shard != 3) {
        assert!(read(shard).await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn one_throttle_holds_back_every_call_of_the_service_until_its_time_then_spreads_them() {
    static THROTTLED: AtomicU32 = AtomicU32::new(0);

    #[with_retry(
        max_attempts = 3,
        service = "function_gates::limited",
        rate_limit(min_rate = 10.0),
        timeout = "60s"
    )]
    async fn ask() -> Result<Instant, RetryError<Failed>> {
        if THROTTLED.fetch_add(1, Ordering::Relaxed) == 0 {
            Err(Failed::Told(Verdict::RetryAfter(ErrorKind::RateLimit, millis(3_000))))?;
        }
        Ok(Instant::now())
    }

    #[with_retry(service = "function_gates::limited", rate_limit(min_rate = 10.0))]
    async fn beside() -> Result<Instant, RetryError<Failed>> {
        Ok(Instant::now())
    }

    let start = Instant::now();
    let told = tokio::spawn(ask());
    tokio::time::sleep(millis(10)).await;
    let beside: Vec<_> = (0..10).map(|_| tokio::spawn(beside())).collect();
    let mut times = vec![told.await.unwrap().unwrap() - start];
    for call in beside {
        times.push(call.await.unwrap().unwrap() - start);
    }
    times.sort_unstable();
    assert!(times[0] >= millis(3_000), "nobody is earlier than told: {times:?}");
    let gaps: Vec<_> = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
    assert!(gaps.iter().filter(|gap| **gap > millis(20)).count() >= 8, "spread out: {times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_fallback_answers_for_a_refusal() {
    async fn yesterday(stopped: Failed) -> Result<&'static str, Failed> {
        match stopped {
            Failed::Stopped(stopped) if stopped.reason() == StopReason::CircuitOpen => {
                Ok("yesterday's")
            }
            other => Err(other),
        }
    }

    #[with_retry(
        max_attempts = 1,
        circuit_breaker(consecutive_failures = 1, on_open = "refuse"),
        fallback = yesterday
    )]
    async fn page() -> Result<&'static str, Failed> {
        Err(NETWORK)
    }

    assert!(matches!(page().await, Err(Failed::Told(_))));
    assert_eq!(page().await.unwrap(), "yesterday's");
}

#[test]
fn a_function_that_blocks_has_gates_as_well() {
    #[with_retry(
        max_attempts = 2,
        initial_delay = "1ms",
        circuit_breaker(consecutive_failures = 2, on_open = "refuse")
    )]
    fn read() -> io::Result<()> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    assert_eq!(read().unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    let refused = read().unwrap_err();
    let stopped = refused.get_ref().unwrap().downcast_ref::<Stopped>().unwrap();
    assert_eq!((stopped.reason(), stopped.attempts()), (StopReason::CircuitOpen, 0));
}

#[tokio::test(start_paused = true)]
async fn whole_calls_can_be_what_a_breaker_counts() {
    static FAILURES: AtomicU32 = AtomicU32::new(0);

    #[with_retry(
        max_attempts = 3,
        initial_delay = "1ms",
        budget = "none",
        circuit_breaker(consecutive_failures = 2, on_open = "refuse", counts = "calls")
    )]
    async fn flaky() -> Result<(), Failed> {
        // Every third attempt succeeds, so no call fails.
        if FAILURES.fetch_add(1, Ordering::Relaxed) % 3 == 2 { Ok(()) } else { Err(NETWORK) }
    }

    for _ in 0..10 {
        assert!(flaky().await.is_ok());
    }
}
