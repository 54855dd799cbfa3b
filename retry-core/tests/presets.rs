//! Handles from presets: what they are made of, and with whom they share it.

use std::time::Duration;

use retry_core::{
    Attempt, BreakerPolicy, BudgetPolicy, CircuitBreaker, ErrorKind, Jitter, Kinds, ManualClock,
    OnOpen, Preset, RateLimitPolicy, Refusal, Retry, RetryPolicy, Session, Step, StopReason,
    Strategy, Time, Verdict, presets, with_retry,
};

const POLICY: RetryPolicy = RetryPolicy::new().with_max_attempts(1);
const BREAKER: BreakerPolicy =
    BreakerPolicy::new().with_consecutive_failures(2).with_on_open(OnOpen::Refuse);
const PRESET: Preset =
    Preset::new(POLICY).with_circuit_breaker(BREAKER).with_rate_limit(RateLimitPolicy::new());

fn handle(preset: &Preset) -> Retry<impl retry_core::Classifier<&'static str> + Clone> {
    let network = |_: &&str, _: &retry_core::Attempt| Verdict::Retry(ErrorKind::Network);
    Retry::from_preset(*preset).with_clock(ManualClock::new()).classify_with(network)
}

/// How a call ends that fails, and which gate refused it.
fn fail<C>(retry: &Retry<C>) -> (StopReason, Option<String>)
where
    C: retry_core::Classifier<&'static str>,
{
    let end = retry.run_blocking(|| Err::<(), _>("down")).unwrap_err();
    let gate = end.stopped().refusal().and_then(Refusal::gate).map(str::to_owned);
    (end.reason(), gate)
}

#[test]
fn clones_share_the_gates_of_their_handle_and_other_handles_have_their_own() {
    let one = handle(&PRESET);
    let (clone, other) = (one.clone(), handle(&PRESET));
    assert_eq!(fail(&one).0, StopReason::AttemptsExhausted);
    assert_eq!(fail(&clone).0, StopReason::AttemptsExhausted);
    assert_eq!(fail(&one).0, StopReason::CircuitOpen);
    assert_eq!(fail(&other).0, StopReason::AttemptsExhausted);
}

#[test]
fn handles_and_functions_of_one_service_share_its_gates_under_its_name() {
    #[with_retry(max_attempts = 1, service = "presets::shared", circuit_breaker = BREAKER)]
    fn function() -> std::io::Result<()> {
        Ok(())
    }

    let one = handle(&PRESET).with_service("presets::shared");
    let other = handle(&PRESET).with_service("presets::shared");
    assert!(function().is_ok());
    fail(&one);
    fail(&other);
    assert_eq!(fail(&one), (StopReason::CircuitOpen, Some("presets::shared".to_owned())));
    assert!(function().is_err(), "refused as well");
}

#[test]
fn a_gate_that_is_given_by_hand_stays_whatever_the_service() {
    let breaker = CircuitBreaker::new(BREAKER).with_name("by hand");
    for before in [true, false] {
        let retry = handle(&PRESET);
        let retry = if before {
            retry.with_circuit_breaker(breaker.clone()).with_service("presets::by_hand")
        } else {
            retry.with_service("presets::by_hand").with_circuit_breaker(breaker.clone())
        };
        breaker.force_open();
        assert_eq!(fail(&retry), (StopReason::CircuitOpen, Some("by hand".to_owned())));
    }
}

#[test]
fn a_preset_says_what_its_budget_is() {
    let small = PRESET.with_budget(BudgetPolicy::new().with_max_tokens(3));
    assert_eq!(handle(&small).budget().unwrap().policy(), small.budget().unwrap());
    let shared = handle(&small).with_service("presets::budget");
    assert_eq!(shared.budget().unwrap().policy(), small.budget().unwrap());
    assert!(handle(&PRESET.without_budget()).with_service("presets::none").budget().is_none());
}

/// What the tables in the manual say of a preset.
struct Row {
    preset: Preset,
    attempts: u32,
    strategy: Strategy,
    /// In milliseconds, before they are spread.
    delays: &'static [u128],
    /// In milliseconds, at most.
    spread: &'static [u128],
    cap: Duration,
    jitter: Jitter,
    timeout: Duration,
    retried: Kinds,
    on_open: Option<OnOpen>,
    rate_limit: bool,
}

const DATA: Kinds = Kinds::of(&[ErrorKind::Transient, ErrorKind::Timeout, ErrorKind::Network]);
const WEB: Kinds =
    Kinds::of(&[ErrorKind::Server, ErrorKind::RateLimit, ErrorKind::Timeout, ErrorKind::Network]);

/// The standard preset's, for what the others do not say.
const STANDARD: Row = Row {
    preset: presets::STANDARD,
    attempts: 3,
    strategy: Strategy::Exponential,
    delays: &[100, 200],
    spread: &[100, 200],
    cap: Duration::from_secs(30),
    jitter: Jitter::Full,
    timeout: Duration::from_secs(300),
    retried: Kinds::ALL,
    on_open: Some(OnOpen::PARK),
    rate_limit: true,
};

const ROWS: [Row; 7] = [
    STANDARD,
    Row {
        preset: presets::DATABASE,
        timeout: Duration::from_secs(30),
        retried: DATA,
        on_open: Some(OnOpen::Refuse),
        rate_limit: false,
        ..STANDARD
    },
    Row {
        preset: presets::HTTP,
        attempts: 5,
        delays: &[200, 400, 800, 1600],
        spread: &[200, 400, 800, 1600],
        timeout: Duration::from_secs(60),
        retried: WEB,
        ..STANDARD
    },
    Row {
        preset: presets::S3.without_dead_letters(),
        attempts: 4,
        delays: &[500, 1000, 2000],
        spread: &[500, 1000, 2000],
        timeout: Duration::from_secs(600),
        retried: WEB.with(ErrorKind::Transient),
        rate_limit: false,
        ..STANDARD
    },
    Row {
        preset: presets::CACHE,
        attempts: 2,
        strategy: Strategy::Fixed,
        delays: &[50],
        spread: &[50],
        cap: Duration::from_millis(50),
        timeout: Duration::from_secs(1),
        retried: DATA,
        on_open: None,
        rate_limit: false,
        ..STANDARD
    },
    Row {
        preset: presets::MESSAGING,
        attempts: 4,
        delays: &[1000, 2000, 4000],
        spread: &[1100, 2200, 4400],
        jitter: Jitter::Ratio(0.1),
        timeout: Duration::from_secs(60),
        on_open: None,
        rate_limit: false,
        ..STANDARD
    },
    Row {
        preset: presets::MESH,
        spread: &[110, 220],
        cap: Duration::from_secs(10),
        jitter: Jitter::Ratio(0.1),
        timeout: Duration::from_secs(30),
        on_open: Some(OnOpen::Refuse),
        rate_limit: false,
        ..STANDARD
    },
];

/// Its delays in milliseconds, where chance always says the same.
fn delays(policy: &RetryPolicy, draw: u64) -> Vec<u128> {
    let mut session = Session::new();
    let failed = Verdict::Retry(ErrorKind::Network);
    std::iter::from_fn(|| match session.record(policy, failed, Time::default(), draw) {
        Step::Wait(delay) => Some(delay.as_millis()),
        _ => None,
    })
    .collect()
}

#[test]
fn each_preset_has_the_numbers_of_its_tables() {
    for row in &ROWS {
        let policy = row.preset.policy();
        assert_eq!((policy.max_attempts(), policy.strategy()), (row.attempts, row.strategy));
        assert_eq!(delays(&policy.with_jitter(Jitter::None), 0), row.delays);
        assert_eq!(delays(&policy, u64::MAX), row.spread);
        assert_eq!((policy.max_delay(), policy.jitter()), (row.cap, row.jitter));
        assert_eq!((policy.timeout(), policy.attempt_timeout()), (Some(row.timeout), None));
        assert_eq!((policy.retried(), policy.kinds()), (row.retried, &[][..]));
        let on_open = row.preset.circuit_breaker().map(|breaker| breaker.on_open());
        assert_eq!((on_open, row.preset.rate_limit().is_some()), (row.on_open, row.rate_limit));
        assert_eq!(row.preset.budget(), Some(BudgetPolicy::new()));
    }
}

#[test]
fn circuits_that_refuse_open_later_and_are_tried_sooner_than_those_that_park() {
    let breaker = |preset: &Preset| preset.circuit_breaker().expect("it has one");
    for preset in [presets::STANDARD, presets::HTTP, presets::S3.without_dead_letters()] {
        let parking = BreakerPolicy::new().with_consecutive_failures(5);
        assert_eq!(breaker(&preset), parking);
    }
    let (second, ten) = (Duration::from_secs(1), Duration::from_secs(10));
    for preset in [presets::DATABASE, presets::MESH] {
        let refusing = breaker(&preset);
        assert_eq!(refusing.consecutive_failures(), None);
        assert_eq!((refusing.open_for(), refusing.max_open_for()), (second, ten));
    }
    let usual = BreakerPolicy::new().failures();
    assert_eq!(breaker(&presets::MESH).failures(), usual);
    let no_conflicts = usual.without(ErrorKind::Transient);
    assert_eq!(breaker(&presets::DATABASE).failures(), no_conflicts);
}

#[test]
fn conflicts_are_retried_and_never_open_the_circuit_of_a_database() {
    let retry = Retry::from_preset(presets::DATABASE)
        .with_clock(ManualClock::new())
        .without_budget()
        .classify_with(|kind: &ErrorKind, _: &Attempt| Verdict::Retry(*kind));
    let end = |kind| retry.run_blocking(|| Err::<(), _>(kind)).unwrap_err();
    for _ in 0..100 {
        let end = end(ErrorKind::Transient);
        assert_eq!((end.reason(), end.attempts()), (StopReason::AttemptsExhausted, 3));
    }
    let end = end(ErrorKind::Server);
    assert_eq!((end.reason(), end.attempts()), (StopReason::NotRetryable, 1));
}

#[test]
fn a_predicate_has_the_last_word_on_a_preset_of_few_kinds() {
    let retry = || Retry::from_preset(presets::CACHE).with_clock(ManualClock::new());
    let fail = |error: &'static str| move || Err::<(), _>(error);
    let unknown = retry().run_blocking(fail("busy")).unwrap_err();
    assert_eq!((unknown.reason(), unknown.attempts()), (StopReason::NotRetryable, 1));
    let wanted = retry().retry_if(|error: &&str| *error == "busy");
    assert_eq!(wanted.run_blocking(fail("busy")).unwrap_err().attempts(), 2);
    assert_eq!(wanted.run_blocking(fail("gone")).unwrap_err().attempts(), 1);
    assert_eq!(retry().retry_all().run_blocking(fail("gone")).unwrap_err().attempts(), 2);
    assert_eq!(wanted.policy().retried(), DATA.with(ErrorKind::Unknown));
}
