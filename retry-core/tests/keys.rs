//! Gates for each key: of a handle, of a function, and of both together.

#![cfg(feature = "macros")]
#![allow(clippy::float_cmp)] // tokens are counted, and not computed

#[cfg(feature = "tracing")]
mod recorder;

use std::io;
use std::time::Duration;

use retry_core::{
    BreakerPolicy, BudgetPolicy, CircuitState, ManualClock, OnOpen, Preset, Retry, RetryError,
    RetryPolicy, RetryRegistry, RetrySettings, ServiceSnapshot, StopReason, with_retry,
};
use tokio::sync::{Mutex, MutexGuard};

const HOUR: Duration = Duration::from_secs(3_600);

/// Two failures open it, for as long as a test can last.
const BREAKER: BreakerPolicy = BreakerPolicy::builder()
    .consecutive_failures(2)
    .open_for(HOUR)
    .max_open_for(HOUR)
    .on_open(OnOpen::Refuse)
    .build_const();

const PRESET: Preset = Preset::new(RetryPolicy::new().with_max_attempts(2))
    .without_budget()
    .with_circuit_breaker(BREAKER);

static ALONE: Mutex<()> = Mutex::const_new(());

/// Settings are those of the process: one test at a time, and the next begins without any.
async fn alone() -> MutexGuard<'static, ()> {
    let guard = ALONE.lock().await;
    apply("");
    guard
}

/// The same outside of a runtime.
fn alone_here() -> MutexGuard<'static, ()> {
    let guard = ALONE.blocking_lock();
    apply("");
    guard
}

fn apply(text: &str) {
    RetrySettings::from_toml(text).unwrap().apply().unwrap();
}

fn handle(service: &'static str) -> Retry {
    Retry::from_preset(PRESET).with_clock(ManualClock::new()).with_service(service)
}

/// How a call that fails all the time ends.
fn fail(retry: &Retry) -> StopReason {
    error(retry).reason()
}

fn error(retry: &Retry) -> RetryError<io::Error> {
    let refused = || Err::<(), _>(io::Error::from(io::ErrorKind::ConnectionRefused));
    retry.run_blocking(refused).unwrap_err()
}

fn works(retry: &Retry) -> bool {
    retry.run_blocking(|| Ok::<_, io::Error>(())).is_ok()
}

/// The service, or the part of it for a key, as whoever looks sees it.
fn seen(name: &str) -> ServiceSnapshot {
    let services = RetryRegistry::process().services();
    services.into_iter().find(|service| service.name == name).expect("somebody has called it")
}

fn state(name: &str) -> CircuitState {
    seen(name).gates.circuit_breaker.expect("it has a breaker").state()
}

#[test]
fn one_bad_key_opens_only_its_own_breaker() {
    let retry = handle("keys::shards");
    for key in 0..10 {
        let part = retry.for_key(&key);
        if key == 7 {
            assert_eq!(fail(&part), StopReason::AttemptsExhausted);
        } else {
            assert!(works(&part));
        }
    }
    let refused = error(&retry.for_key(&7));
    assert_eq!((refused.reason(), refused.attempts()), (StopReason::CircuitOpen, 0));
    assert!(works(&retry.for_key(&6)), "its neighbour goes on");
    assert!(works(&retry), "and so do calls without a key");
    assert_eq!(state("keys::shards[7]"), CircuitState::Open);
    assert_eq!(state("keys::shards[6]"), CircuitState::Closed);
}

#[test]
fn a_handle_without_a_service_has_keys_of_its_own() {
    let one = Retry::from_preset(PRESET).with_clock(ManualClock::new());
    let other = Retry::from_preset(PRESET).with_clock(ManualClock::new());
    fail(&one.for_key("a"));
    assert_eq!(fail(&one.clone().for_key("a")), StopReason::CircuitOpen);
    assert!(works(&other.for_key("a")));
}

#[with_retry(
    service = "keys::both",
    max_attempts = 2,
    initial_delay = "1ms",
    budget = "none",
    key = key,
    circuit_breaker = BREAKER
)]
async fn both(key: &str) -> Result<(), RetryError<io::Error>> {
    Err(io::ErrorKind::ConnectionRefused.into())
}

#[tokio::test(start_paused = true)]
async fn a_function_and_a_handle_meet_at_the_breaker_of_a_key() {
    let _alone = alone().await;
    both("a").await.unwrap_err();
    let retry = handle("keys::both");
    assert_eq!(fail(&retry.for_key("a")), StopReason::CircuitOpen);
    assert_eq!(fail(&retry.for_key("b")), StopReason::AttemptsExhausted);
    assert_eq!(both("b").await.unwrap_err().reason(), StopReason::CircuitOpen);
}

#[with_retry(
    service = "keys::crowd",
    max_attempts = 2,
    initial_delay = "1ms",
    budget = "none",
    key = key,
    circuit_breaker = BREAKER
)]
async fn crowd(key: u32, fails: bool) -> Result<(), RetryError<io::Error>> {
    if fails { Err(io::ErrorKind::ConnectionRefused.into()) } else { Ok(()) }
}

#[tokio::test(start_paused = true)]
async fn a_busy_key_of_a_function_stays_the_one_that_handles_meet() {
    let _alone = alone().await;
    let retry = handle("keys::crowd").with_max_keys(256);
    crowd(0, true).await.unwrap_err();
    for key in 1..10_000 {
        assert!(works(&retry.for_key(&key)));
        assert_eq!(crowd(0, false).await.unwrap_err().reason(), StopReason::CircuitOpen);
    }
    assert_eq!(fail(&retry.for_key(&0)), StopReason::CircuitOpen);
    assert_eq!(state("keys::crowd[0]"), CircuitState::Open);
    let parts = RetryRegistry::process().services();
    let parts = parts.iter().filter(|part| part.name.starts_with("keys::crowd["));
    assert!(parts.count() <= 256);
}

#[test]
fn each_key_has_a_budget_of_its_own() {
    let preset = Preset::new(RetryPolicy::new().with_max_attempts(2))
        .with_budget(BudgetPolicy::new().with_max_tokens(1));
    let retry =
        Retry::from_preset(preset).with_clock(ManualClock::new()).with_service("keys::budgets");
    while fail(&retry.for_key("poor")) == StopReason::AttemptsExhausted {}
    assert_eq!(fail(&retry.for_key("poor")), StopReason::Budget);
    assert_eq!(fail(&retry.for_key("rich")), StopReason::AttemptsExhausted);
    let budget = |name| seen(name).gates.budget.unwrap();
    assert!(budget("keys::budgets[poor]").refused >= 1);
    assert_eq!(budget("keys::budgets[rich]").refused, 0);
}

#[test]
fn what_was_given_by_hand_stays_with_every_key() {
    let budget = retry_core::RetryBudget::new(BudgetPolicy::new());
    let retry = handle("keys::hand").with_budget(budget.clone());
    fail(&retry.for_key("a"));
    fail(&retry.for_key("b"));
    assert_eq!(budget.snapshot().drawn, 2.0);
}

#[test]
fn the_number_of_keys_holds_wherever_it_is_said() {
    let retry = Retry::from_preset(PRESET)
        .with_max_keys(16)
        .with_clock(ManualClock::new())
        .with_service("keys::few");
    for key in 0..100 {
        assert!(works(&retry.for_key(&key)));
    }
    let parts = RetryRegistry::process().services();
    let parts = parts.iter().filter(|part| part.name.starts_with("keys::few["));
    assert!(parts.count() <= 16);
}

#[tokio::test(start_paused = true)]
async fn settings_reach_the_gates_of_keys_and_keep_their_state() {
    let _alone = alone().await;
    let retry = handle("keys::told");
    fail(&retry.for_key("open"));
    assert!(works(&retry.for_key("closed")));
    apply("[service.\"keys::told\"]\ncircuit_breaker = { consecutive_failures = 4 }");
    assert_eq!(state("keys::told[open]"), CircuitState::Open);
    for key in ["closed", "new"] {
        fail(&retry.for_key(key));
        assert_eq!(state(&format!("keys::told[{key}]")), CircuitState::Closed, "two of four");
        fail(&retry.for_key(key));
        assert_eq!(state(&format!("keys::told[{key}]")), CircuitState::Open, "{key}");
    }
}

#[test]
fn settings_give_a_registered_handle_gates_for_its_keys_and_take_them_away() {
    let _alone = alone_here();
    let retry = RetryRegistry::process().get_or_insert_with("keys::registered", || {
        Retry::new(RetryPolicy::new().with_max_attempts(2))
            .without_budget()
            .with_clock(ManualClock::new())
    });
    let kept = retry.for_key("a");
    let twice = |key| (fail(&retry.for_key(key)), fail(&retry.for_key(key)));
    let (exhausted, open) = (StopReason::AttemptsExhausted, StopReason::CircuitOpen);
    assert_eq!(twice("a"), (exhausted, exhausted));
    let breaker = "circuit_breaker = { consecutive_failures = 2, on_open = \"refuse\" }";
    apply(&format!("[operation.\"keys::registered\"]\nmax_attempts = 3\n{breaker}"));
    assert_eq!(twice("a"), (open, open), "the third attempt is refused already");
    assert_eq!(fail(&kept), open, "a copy that was made before follows as well");
    assert_eq!(twice("b").1, open);
    assert!(works(&retry.for_key("c")));
    apply("[operation.\"keys::registered\"]\nbudget = \"none\"\ncircuit_breaker = \"none\"");
    assert_eq!(twice("a"), (exhausted, exhausted));
}

#[test]
fn a_key_of_a_key_is_a_part_of_its_part() {
    let retry = handle("keys::nested");
    let host = retry.for_key("host");
    fail(&host.for_key("tenant"));
    assert_eq!(fail(&retry.for_key("host").for_key("tenant")), StopReason::CircuitOpen);
    assert!(works(&host));
    assert!(works(&retry.for_key("tenant")));
}

#[cfg(feature = "tracing")]
#[test]
fn a_conflict_about_a_key_is_told_once_and_not_by_every_call() {
    let (recorder, _guard) =
        recorder::Recorder::listening(tracing::level_filters::LevelFilter::WARN);
    let other = PRESET.with_circuit_breaker(BREAKER.with_open_for(HOUR / 2));
    let (one, other) = (handle("keys::apart"), Retry::from_preset(other));
    assert!(works(&one.for_key("a")));
    let other = other.with_clock(ManualClock::new()).with_service("keys::apart");
    recorder.said();
    for _ in 0..10 {
        assert!(works(&other.for_key("a")));
    }
    assert_eq!(recorder.said().len(), 1);
}

#[cfg(feature = "tracing")]
#[test]
fn another_number_of_keys_than_that_which_holds_is_told() {
    let retry = Retry::builder().preset(PRESET).service("keys::settled").max_keys(32);
    let retry = retry.build().unwrap();
    let (recorder, _guard) =
        recorder::Recorder::listening(tracing::level_filters::LevelFilter::WARN);
    let same = retry.with_max_keys(32);
    assert_eq!(recorder.said(), []);
    let _other = same.with_max_keys(64);
    let [said] = &recorder.said()[..] else { panic!("one event") };
    assert_eq!((said.field("gate"), said.field("has")), (Some("max_keys"), Some("32")));
}
