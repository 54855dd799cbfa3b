//! Settings that are laid over the code while the program runs.

#![cfg(feature = "macros")]
// Each test has one thread, and no task of it asks for the lock again; tokens are counted.
#![allow(clippy::await_holding_lock, clippy::float_cmp)]

use std::cell::Cell;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use retry_core::{
    CircuitState, ConfigErrors, ErrorKind, ManualClock, OperationSnapshot, Retry, RetryError,
    RetryPolicy, RetryRegistry, RetrySettings, StopReason, with_retry,
};

/// Settings are those of the process: one test at a time, and the next begins without any.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let guard = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    RetrySettings::default().apply().unwrap();
    guard
}

fn apply(text: &str) -> Result<(), ConfigErrors> {
    RetrySettings::from_toml(text).unwrap().apply()
}

fn down() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

fn snapshot(name: &str) -> OperationSnapshot {
    let all = RetryRegistry::process().operations();
    all.into_iter().find(|operation| operation.name == name).expect("it has joined")
}

/// How many attempts a function makes.
async fn attempts<F: AsyncFnOnce(&Cell<u32>)>(call: F) -> u32 {
    let attempts = Cell::new(0);
    call(&attempts).await;
    attempts.into_inner()
}

fn fail(attempts: &Cell<u32>) -> io::Result<()> {
    attempts.set(attempts.get() + 1);
    Err(down())
}

#[with_retry(name = "live::plain", initial_delay = "1ms", budget = "none")]
async fn plain(attempts: &Cell<u32>) -> io::Result<()> {
    fail(attempts)
}

#[with_retry(
    name = "live::gated",
    service = "live::gates",
    budget = "none",
    circuit_breaker(
        consecutive_failures = 2,
        open_for = "1h",
        max_open_for = "1h",
        on_open = "refuse"
    )
)]
async fn gated(attempts: &Cell<u32>) -> Result<(), RetryError<io::Error>> {
    fail(attempts)
}

#[tokio::test(start_paused = true)]
async fn the_sections_of_a_file_reach_a_function_and_go_again() {
    let _alone = alone();
    let made = async || attempts(async |n| plain(n).await.unwrap_or_default()).await;
    assert_eq!(made().await, 3);
    apply("[defaults]\nmax_attempts = 4").unwrap();
    assert_eq!(made().await, 4);
    apply("[defaults]\nmax_attempts = 4\n[operation.\"live::plain\"]\nmax_attempts = 7").unwrap();
    assert_eq!(made().await, 7);
    assert!(snapshot("live::plain").is_overridden);
    assert_eq!(snapshot("live::plain").policy.max_attempts(), 7);
    RetrySettings::default().apply().unwrap();
    assert_eq!(made().await, 3);
    assert!(!snapshot("live::plain").is_overridden);
}

#[tokio::test(start_paused = true)]
async fn a_function_that_comes_later_is_reached_as_well() {
    #[with_retry(name = "live::late", budget = "none")]
    async fn late(attempts: &Cell<u32>) -> io::Result<()> {
        fail(attempts)
    }
    let _alone = alone();
    apply("[operation.\"live::late\"]\nmax_attempts = 2").unwrap();
    assert_eq!(attempts(async |n| late(n).await.unwrap_or_default()).await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_has_begun_goes_on_as_it_began() {
    let _alone = alone();
    let made = attempts(async |n| {
        let call = plain(n);
        let change = async {
            tokio::task::yield_now().await;
            assert_eq!(n.get(), 1, "it sleeps before its second attempt");
            apply("[defaults]\nmax_attempts = 9").unwrap();
        };
        let (result, ()) = tokio::join!(call, change);
        result.unwrap_err();
    });
    assert_eq!(made.await, 3);
    assert_eq!(attempts(async |n| plain(n).await.unwrap_or_default()).await, 9);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_cuts_where_the_code_has_one_and_ends_the_waits_where_it_has_none() {
    #[with_retry(name = "live::slow", timeout = "1h", budget = "none")]
    async fn slow() -> Result<(), RetryError<io::Error>> {
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok(())
    }
    #[with_retry(name = "live::patient", initial_delay = "10s", jitter = "none", budget = "none")]
    async fn patient(attempts: &Cell<u32>) -> io::Result<()> {
        fail(attempts)
    }
    let _alone = alone();
    slow().await.unwrap();
    assert_eq!(attempts(async |n| patient(n).await.unwrap_or_default()).await, 3);
    apply("[defaults]\ntimeout = \"15s\"").unwrap();
    let start = tokio::time::Instant::now();
    assert_eq!(slow().await.unwrap_err().reason(), StopReason::DeadlineExceeded);
    assert_eq!(start.elapsed(), Duration::from_secs(15));
    // 10 s and then 20 s would be after its end.
    assert_eq!(attempts(async |n| patient(n).await.unwrap_or_default()).await, 2);
    assert!(snapshot("live::slow").without_effect.is_empty());
    let [note] = &snapshot("live::patient").without_effect[..] else { panic!("one note") };
    assert!(note.contains("between two attempts"), "{note}");
}

#[tokio::test(start_paused = true)]
async fn what_a_function_cannot_do_is_noted() {
    let _alone = alone();
    let _joined = attempts(async |n| plain(n).await.unwrap_or_default()).await;
    apply("[operation.\"live::plain\"]\nattempt_timeout = \"1s\"\ncircuit_breaker = \"default\"")
        .unwrap();
    let noted = snapshot("live::plain");
    assert_eq!(noted.policy.attempt_timeout(), None);
    assert_eq!(noted.without_effect.len(), 2, "{:?}", noted.without_effect);
    assert!(noted.without_effect[0].contains("attempt_timeout"));
    assert!(noted.without_effect[1].contains("circuit_breaker"));
}

#[tokio::test(start_paused = true)]
async fn a_breaker_takes_new_numbers_and_keeps_its_state() {
    let _alone = alone();
    let reason = async || {
        let n = Cell::new(0);
        gated(&n).await.unwrap_err().reason()
    };
    assert_eq!(reason().await, StopReason::CircuitOpen);
    let breaker = RetryRegistry::process().circuit_breaker("live::gates").unwrap();
    assert_eq!(breaker.state(), CircuitState::Open);
    apply("[service.\"live::gates\"]\ncircuit_breaker = { consecutive_failures = 50 }").unwrap();
    assert_eq!(breaker.state(), CircuitState::Open, "nobody has asked the other side");
    assert_eq!(breaker.policy().consecutive_failures(), Some(50));
    breaker.reset();
    assert_eq!(reason().await, StopReason::AttemptsExhausted);
    RetrySettings::default().apply().unwrap();
    assert_eq!(breaker.policy().consecutive_failures(), Some(2));
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_gate_can_be_taken_away_and_given() {
    let _alone = alone();
    let n = Cell::new(0);
    gated(&n).await.unwrap_err();
    let breaker = || RetryRegistry::process().circuit_breaker("live::gates").unwrap();
    apply("[operation.\"live::gated\"]\ncircuit_breaker = \"none\"").unwrap();
    assert_eq!(gated(&n).await.unwrap_err().reason(), StopReason::AttemptsExhausted);
    apply("[service.\"live::gates\"]\nrate_limit = \"default\"").unwrap();
    breaker().reset();
    assert_eq!(gated(&n).await.unwrap_err().reason(), StopReason::CircuitOpen);
    let services = RetryRegistry::process().services();
    let gates = services.iter().find(|service| service.name == "live::gates").unwrap();
    assert!(gates.gates.rate_limit.is_some());
    breaker().reset();
}

#[tokio::test(start_paused = true)]
async fn what_a_service_shares_is_not_one_operations_to_say() {
    let _alone = alone();
    gated(&Cell::new(0)).await.unwrap_err();
    RetryRegistry::process().circuit_breaker("live::gates").unwrap().reset();
    apply("[operation.\"live::gated\"]\ncircuit_breaker = { open_for = \"7s\" }").unwrap();
    let [note] = &snapshot("live::gated").without_effect[..] else { panic!("one note") };
    assert!(note.contains("belongs there"), "{note}");
}

#[tokio::test(start_paused = true)]
async fn a_budget_keeps_its_fraction() {
    #[with_retry(name = "live::drawn", service = "live::drawn", max_attempts = 4)]
    async fn drawn(attempts: &Cell<u32>) -> io::Result<()> {
        fail(attempts)
    }
    let _alone = alone();
    let budget = || {
        let services = RetryRegistry::process().services();
        let service = services.into_iter().find(|service| service.name == "live::drawn");
        service.unwrap().gates.budget.unwrap()
    };
    attempts(async |n| drawn(n).await.unwrap_or_default()).await;
    assert_eq!(budget().drawn, 3.0);
    let before = budget();
    apply("[service.\"live::drawn\"]\nbudget = { max_tokens = 20 }").unwrap();
    assert!(
        (budget().tokens / before.tokens - 2.0).abs() < 0.01
            || budget().tokens <= budget().capacity
    );
    assert_eq!(budget().drawn, 3.0);
    apply("[service.\"live::drawn\"]\nbudget = \"none\"").unwrap();
    // Nothing but the policy bounds it now.
    for _ in 0..20 {
        assert_eq!(attempts(async |n| drawn(n).await.unwrap_or_default()).await, 4);
    }
}

#[tokio::test(start_paused = true)]
async fn settings_that_contradict_the_code_change_nothing() {
    #[with_retry(name = "live::short", max_delay = "200ms", budget = "none")]
    async fn short(attempts: &Cell<u32>) -> io::Result<()> {
        fail(attempts)
    }
    let _alone = alone();
    attempts(async |n| short(n).await.unwrap_or_default()).await;
    apply("[defaults]\nmax_attempts = 5").unwrap();
    let errors = apply("[defaults]\nmax_attempts = 6\ninitial_delay = \"1s\"").unwrap_err();
    let text = errors.to_string();
    assert!(text.contains("defaults.initial_delay"), "{text}");
    assert!(text.contains("`live::short`"), "{text}");
    assert_eq!(attempts(async |n| short(n).await.unwrap_or_default()).await, 5);
}

#[tokio::test(start_paused = true)]
async fn a_function_that_comes_later_and_is_contradicted_keeps_its_code() {
    #[with_retry(name = "live::stubborn", max_delay = "200ms", budget = "none")]
    async fn stubborn(attempts: &Cell<u32>) -> io::Result<()> {
        fail(attempts)
    }
    let _alone = alone();
    apply("[operation.\"live::stubborn\"]\nmax_attempts = 6\ninitial_delay = \"1s\"").unwrap();
    assert_eq!(attempts(async |n| stubborn(n).await.unwrap_or_default()).await, 3);
}

#[test]
fn a_handle_of_the_registry_follows_and_what_a_copy_was_given_holds() {
    let _alone = alone();
    let clock = ManualClock::new();
    let retry = RetryRegistry::process().get_or_insert_with("live::handle", || {
        Retry::new(RetryPolicy::new()).without_budget().with_clock(clock.clone())
    });
    let made = |retry: &Retry| retry.run_blocking(|| Err::<(), _>(down())).unwrap_err().attempts();
    assert_eq!(made(&retry), 3);
    let twice = retry.clone().with_max_attempts(2).unwrap();
    apply("[operation.\"live::handle\"]\nmax_attempts = 6\ninitial_delay = \"1ms\"").unwrap();
    assert_eq!((made(&retry), made(&twice)), (6, 2));
    assert!(*clock.waits().last().unwrap() <= Duration::from_millis(1), "the delay is new");
    let own = retry.clone().with_policy(RetryPolicy::new().with_max_attempts(4));
    assert_eq!(made(&own), 4);
    assert_eq!(made(&RetryRegistry::process().get("live::handle").unwrap()), 6);
}

#[test]
fn a_handle_takes_gates_from_settings() {
    let _alone = alone();
    let retry = RetryRegistry::process().get_or_insert_with("live::handle_gates", || {
        Retry::new(RetryPolicy::new().with_max_attempts(9)).with_clock(ManualClock::new())
    });
    let run = || retry.run_blocking(|| Err::<(), _>(down())).unwrap_err().reason();
    assert_eq!(run(), StopReason::AttemptsExhausted);
    apply(
        "[operation.\"live::handle_gates\"]\nbudget = \"none\"\n\
         circuit_breaker = { consecutive_failures = 3, on_open = \"refuse\", open_for = \"10h\", max_open_for = \"10h\" }",
    )
    .unwrap();
    assert_eq!(run(), StopReason::CircuitOpen);
    let gates = snapshot("live::handle_gates").gates;
    assert_eq!(gates.circuit_breaker.unwrap().state(), CircuitState::Open);
}

#[test]
fn settings_of_a_kind_reach_it() {
    let _alone = alone();
    let retry = RetryRegistry::process().get_or_insert_with("live::kinds", || {
        Retry::new(RetryPolicy::new()).without_budget().with_clock(ManualClock::new())
    });
    apply("[operation.\"live::kinds\"]\non.network = { max_attempts = 8 }").unwrap();
    let error = retry.run_blocking(|| Err::<(), _>(down())).unwrap_err();
    assert_eq!((error.attempts(), error.kind()), (8, Some(ErrorKind::Network)));
}
