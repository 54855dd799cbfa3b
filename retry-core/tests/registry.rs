//! The registry: names, what is seen of them, and who shares what.

#![cfg(feature = "macros")]
#![allow(clippy::float_cmp)] // tokens are counted, and not computed

use std::io;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use retry_core::{
    BreakerPolicy, BudgetPolicy, CircuitBreaker, CircuitState, ManualClock, OnOpen,
    OperationSnapshot, Preset, RateLimit, RateLimitPolicy, Retry, RetryBudget, RetryError,
    RetryPolicy, RetryRegistry, RetrySettings, StopReason, with_retry,
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

fn process() -> &'static RetryRegistry {
    RetryRegistry::process()
}

fn handle() -> Retry {
    Retry::from_preset(PRESET).with_clock(ManualClock::new())
}

fn error(retry: &Retry) -> RetryError<io::Error> {
    let refused = || Err::<(), _>(io::Error::from(io::ErrorKind::ConnectionRefused));
    retry.run_blocking(refused).unwrap_err()
}

fn fail(retry: &Retry) -> StopReason {
    error(retry).reason()
}

fn listed(name: &str) -> Option<OperationSnapshot> {
    process().operations().into_iter().find(|operation| operation.name == name)
}

#[test]
fn a_name_is_one_handle_for_all_who_ask() {
    let one = process().get_or_insert_with("registry::one", handle);
    let again = process().get_or_insert_with("registry::one", || panic!("it is there"));
    assert_eq!(fail(&one), StopReason::AttemptsExhausted);
    assert_eq!(fail(&again), StopReason::CircuitOpen);
    assert_eq!(fail(&process().get("registry::one").unwrap()), StopReason::CircuitOpen);
    assert!(process().get("registry::other").is_none());
}

#[test]
fn of_sixteen_threads_that_make_one_name_all_get_the_same_handle() {
    for round in 0..50 {
        let (registry, start) = (RetryRegistry::new(4), Barrier::new(16));
        let name = format!("registry::race{round}");
        let ask = || {
            start.wait();
            registry.get_or_insert_with(&name, handle)
        };
        let made: Vec<Retry> = thread::scope(|scope| {
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!((registry.len(), registry.refused()), (1, 0));
        assert_eq!(fail(&made[round % 16]), StopReason::AttemptsExhausted);
        assert!(made.iter().all(|retry| fail(retry) == StopReason::CircuitOpen));
    }
}

#[test]
fn a_registry_keeps_as_many_as_it_was_made_for_and_the_others_work() {
    let registry = RetryRegistry::new(100);
    assert!(registry.is_empty());
    for number in 0..1_000 {
        let retry = registry.get_or_insert_with(&format!("{number}"), handle);
        assert_eq!(retry.run_blocking(|| Ok::<_, io::Error>(number)).unwrap(), number);
        assert_eq!(fail(&retry), StopReason::AttemptsExhausted, "its gates are its own");
    }
    assert_eq!((registry.len(), registry.refused()), (100, 900));
    assert_eq!(registry.operations().len(), 100);
    assert!(registry.get("99").is_some() && registry.get("100").is_none());
}

#[test]
fn operations_and_services_come_by_name() {
    let registry = RetryRegistry::new(10);
    for name in ["c", "a", "d", "b"] {
        registry.get_or_insert_with(name, || handle().with_service(format!("registry::{name}")));
    }
    let names: Vec<_> = registry.operations().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    let services: Vec<_> = registry.services().into_iter().map(|one| one.name).collect();
    assert!(services.len() >= 4 && services.is_sorted(), "{services:?}");
}

#[with_retry(
    name = "registry::charge",
    service = "registry::billing",
    max_attempts = 2,
    initial_delay = "1ms",
    circuit_breaker = BREAKER
)]
async fn charge() -> Result<(), RetryError<io::Error>> {
    Err(io::ErrorKind::ConnectionRefused.into())
}

#[tokio::test(start_paused = true)]
async fn a_function_joins_with_its_first_call_and_shares_with_handles_of_its_service() {
    let _alone = alone().await;
    assert!(listed("registry::charge").is_none());
    charge().await.unwrap_err();
    let seen = listed("registry::charge").unwrap();
    assert_eq!(seen.service.as_deref(), Some("registry::billing"));
    assert!(seen.is_function && !seen.is_overridden && seen.without_effect.is_empty());
    assert_eq!(seen.policy.max_attempts(), 2);
    assert_eq!(seen.gates.circuit_breaker.unwrap().state(), CircuitState::Open);

    let preset = PRESET.with_budget(BudgetPolicy::new());
    let make = || {
        let retry = Retry::from_preset(preset).with_clock(ManualClock::new());
        retry.with_service("registry::billing")
    };
    let refund = process().get_or_insert_with("registry::refund", make);
    assert_eq!(fail(&refund), StopReason::CircuitOpen);
    let drawn = || listed("registry::charge").unwrap().gates.budget.unwrap().drawn;
    let before = drawn();
    process().circuit_breaker("registry::billing").unwrap().reset();
    assert_eq!(fail(&refund), StopReason::AttemptsExhausted);
    assert_eq!(drawn(), before + 1.0, "both draw on one budget");

    apply("[service.\"registry::billing\"]\nmax_attempts = 5");
    let seen = listed("registry::refund").unwrap();
    assert!(!seen.is_function && seen.is_overridden);
    assert_eq!(seen.policy.max_attempts(), 5);
    assert!(listed("registry::charge").unwrap().is_overridden);
}

#[with_retry(service = "registry::byhand", max_attempts = 2, circuit_breaker())]
async fn by_hand() -> Result<(), RetryError<io::Error>> {
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_breaker_of_functions_is_opened_and_closed_by_hand() {
    assert!(process().circuit_breaker("registry::byhand").is_none(), "nobody has asked for it");
    by_hand().await.unwrap();
    let breaker = process().circuit_breaker("registry::byhand").unwrap();
    breaker.force_open();
    assert_eq!(by_hand().await.unwrap_err().reason(), StopReason::CircuitOpen);
    breaker.reset();
    by_hand().await.unwrap();
}

#[test]
fn functions_that_share_a_name_are_both_listed() {
    #[with_retry(name = "registry::twins", max_attempts = 2)]
    fn one() -> io::Result<()> {
        Ok(())
    }
    #[with_retry(name = "registry::twins", max_attempts = 4)]
    fn other() -> io::Result<()> {
        Ok(())
    }
    one().unwrap();
    other().unwrap();
    one().unwrap();
    let twins = process().operations();
    let twins = twins.iter().filter(|operation| operation.name == "registry::twins");
    let attempts: Vec<_> = twins.map(|twin| twin.policy.max_attempts()).collect();
    assert_eq!(attempts, [2, 4]);
}

#[test]
fn settings_do_not_reach_a_registry_of_ones_own() {
    let _alone = alone_here();
    let registry = RetryRegistry::new(10);
    let before = registry.get_or_insert_with("registry::own", handle);
    apply(
        "[defaults]\nmax_attempts = 9\ncircuit_breaker = { consecutive_failures = 1 }\n\
         [operation.\"registry::later\"]\nmax_attempts = 8",
    );
    let later = registry.get_or_insert_with("registry::later", handle);
    for retry in [before, later] {
        let error = error(&retry);
        assert_eq!((error.reason(), error.attempts()), (StopReason::AttemptsExhausted, 2));
    }
    assert!(registry.operations().iter().all(|operation| !operation.is_overridden));
}

#[test]
fn what_a_handle_is_made_with_is_its_code_and_gives_way_to_settings() {
    let _alone = alone_here();
    let make = || {
        let limit = RateLimit::new(RateLimitPolicy::new());
        let retry = handle().with_max_attempts(3).unwrap().with_timeout(HOUR).unwrap();
        retry.with_rate_limit(limit)
    };
    let retry = process().get_or_insert_with("registry::code", make);
    apply(
        "[operation.\"registry::code\"]\nmax_attempts = 6\ntimeout = \"2h\"\n\
         circuit_breaker = \"none\"",
    );
    let error = error(&retry);
    assert_eq!((error.reason(), error.attempts()), (StopReason::AttemptsExhausted, 6));
}

#[test]
fn settings_give_a_budget_to_a_handle_that_was_made_without() {
    let _alone = alone_here();
    let retry = process().get_or_insert_with("registry::unbounded", || {
        Retry::new(RetryPolicy::new().with_max_attempts(2))
            .without_budget()
            .with_clock(ManualClock::new())
    });
    apply("[operation.\"registry::unbounded\"]\nbudget = { max_tokens = 1 }");
    let ends: Vec<_> = (0..20).map(|_| fail(&retry)).collect();
    assert!(ends.contains(&StopReason::Budget), "{ends:?}");
    let copy = retry.clone().without_budget();
    assert_eq!(fail(&copy), StopReason::AttemptsExhausted, "what a copy was given holds");
}

#[test]
fn what_was_given_by_hand_holds_over_settings_which_is_noted() {
    let _alone = alone_here();
    let breaker = CircuitBreaker::new(BREAKER);
    let budget = RetryBudget::new(BudgetPolicy::new());
    let retry = process().get_or_insert_with("registry::hand", || {
        handle().with_circuit_breaker(breaker.clone()).with_budget(budget.clone())
    });
    apply(
        "[operation.\"registry::hand\"]\nmax_attempts = 3\nbudget = { max_tokens = 5 }\n\
         circuit_breaker = { consecutive_failures = 9 }",
    );
    assert_eq!(fail(&retry), StopReason::CircuitOpen);
    assert_eq!(breaker.state(), CircuitState::Open);
    assert!(budget.snapshot().drawn > 0.0);
    let notes = listed("registry::hand").unwrap().without_effect;
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes.iter().all(|note| note.contains("by hand")), "{notes:?}");
}

#[test]
fn a_copy_for_another_service_goes_through_the_gates_of_that_one() {
    let _alone = alone_here();
    let retry =
        process().get_or_insert_with("registry::moves", || handle().with_service("registry::old"));
    let moved = retry.clone().with_service("registry::new");
    for settings in ["", "[operation.\"registry::moves\"]\nmax_attempts = 3"] {
        apply(settings);
        let breaker = process().circuit_breaker("registry::new").unwrap();
        breaker.force_open();
        assert_eq!(fail(&moved), StopReason::CircuitOpen, "{settings}");
        breaker.reset();
        moved.run_blocking(|| Ok::<_, io::Error>(())).unwrap();
    }
    assert_eq!(process().circuit_breaker("registry::old").unwrap().snapshot().calls(), 0);
}
