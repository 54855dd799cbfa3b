//! Settings that change all the time under calls of every kind.
//!
//! Every call keeps to one of the settings, every pass comes back, every token is accounted for.

#![cfg(feature = "macros")]
#![allow(clippy::float_cmp)] // tokens are counted, and not computed

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use retry_core::{
    BreakerPolicy, BudgetPolicy, BudgetSnapshot, Jitter, Preset, Retry, RetryError, RetryPolicy,
    RetryRegistry, RetrySettings, StopReason, with_retry,
};

const TASKS: u32 = 8;
const APPLIED: u32 = 500;

/// What the code says, the one file, and the other.
const ATTEMPTS: [u32; 3] = [3, 2, 5];

const ONE: &str = r#"
[defaults]
max_attempts = 2

[service."load::shared"]
circuit_breaker = { min_calls = 90 }
budget = { ratio = 0.2 }

[service."load::keys"]
circuit_breaker = { min_calls = 90 }
budget = { max_tokens = 500 }
"#;

const OTHER: &str = r#"
[defaults]
max_attempts = 5

[service."load::shared"]
circuit_breaker = { min_calls = 80, window = "2s" }
budget = { ratio = 0.3 }

[service."load::keys"]
circuit_breaker = "none"
"#;

const POLICY: RetryPolicy = RetryPolicy::builder()
    .max_attempts(3)
    .initial_delay(Duration::from_micros(1))
    .max_delay(Duration::from_micros(1))
    .jitter(Jitter::None)
    .build_const();

/// Large enough, and a retry that works pays what it drew.
const BUDGET: BudgetPolicy = BudgetPolicy::new().with_max_tokens(1000).with_payback(1.0);

/// Opens when everything fails.
const BREAKER: BreakerPolicy =
    BreakerPolicy::builder().failure_ratio(1.0).min_calls(100).build_const();

fn fail(made: &AtomicU32) -> io::Result<()> {
    made.fetch_add(1, Ordering::Relaxed);
    Err(io::ErrorKind::ConnectionRefused.into())
}

/// Works at its second attempt, so that its circuit stays closed and its budget is paid back.
fn recover(made: &AtomicU32) -> io::Result<()> {
    if made.load(Ordering::Relaxed) == 0 { fail(made) } else { Ok(()) }
}

#[with_retry(policy = POLICY, name = "load::plain", budget = "none")]
async fn plain(made: &AtomicU32) -> Result<(), RetryError<io::Error>> {
    fail(made)
}

#[with_retry(policy = POLICY, name = "load::blocks", budget = "none")]
fn blocks(made: &AtomicU32) -> Result<(), RetryError<io::Error>> {
    fail(made)
}

#[with_retry(
    policy = POLICY,
    name = "load::gated",
    service = "load::shared",
    budget = BUDGET,
    circuit_breaker = BREAKER
)]
async fn gated(made: &AtomicU32) -> Result<(), RetryError<io::Error>> {
    recover(made)
}

#[with_retry(
    policy = POLICY,
    name = "load::keyed",
    service = "load::keys",
    key = key,
    budget = BUDGET,
    circuit_breaker = BREAKER
)]
async fn keyed(key: u32, made: &AtomicU32) -> Result<(), RetryError<io::Error>> {
    recover(made)
}

fn handle() -> Retry {
    RetryRegistry::process().get_or_insert_with("load::handle", || {
        let preset = Preset::new(POLICY).with_budget(BUDGET).with_circuit_breaker(BREAKER);
        Retry::from_preset(preset).with_service("load::keys")
    })
}

/// How many calls there were, and how many drew on the budgets of each service.
#[derive(Default)]
struct Calls {
    all: u32,
    shared: u32,
    keyed: u32,
}

/// The calls of one task.
async fn calls(task: u32, stop: Arc<AtomicBool>) -> Calls {
    let mut calls = Calls::default();
    for turn in task.. {
        let made = AtomicU32::new(0);
        let retry = if turn % 2 == 0 { handle() } else { handle().for_key(&(turn % 10)) };
        match turn % 6 {
            0 => gave_up(plain(&made).await, &made),
            1 => gave_up(blocks(&made), &made),
            2 => gated(&made).await.unwrap(),
            3 => keyed(turn % 10, &made).await.unwrap(),
            _ => retry.run(async || recover(&made)).await.unwrap(),
        }
        calls.all += 1;
        calls.shared += u32::from(turn % 6 == 2);
        calls.keyed += u32::from(turn % 6 > 2);
        if stop.load(Ordering::Relaxed) {
            break;
        }
        tokio::task::yield_now().await;
    }
    calls
}

#[track_caller]
fn gave_up(answer: Result<(), RetryError<io::Error>>, made: &AtomicU32) {
    let (error, made) = (answer.unwrap_err(), made.load(Ordering::Relaxed));
    assert_eq!((error.reason(), error.attempts()), (StopReason::AttemptsExhausted, made));
    assert!(ATTEMPTS.contains(&made), "{made} attempts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn calls_under_settings_that_change_all_the_time_lose_nothing() {
    let stop = Arc::new(AtomicBool::new(false));
    let tasks: Vec<_> =
        (0..TASKS).map(|task| tokio::spawn(calls(task, Arc::clone(&stop)))).collect();
    let settings = [ONE, OTHER, ""].map(|text| RetrySettings::from_toml(text).unwrap());
    let applied = tokio::task::spawn_blocking(move || {
        for turn in 0..APPLIED {
            settings[turn as usize % 3].apply().unwrap();
            std::thread::yield_now();
        }
        settings[2].apply().unwrap();
    });
    applied.await.unwrap();
    stop.store(true, Ordering::Relaxed);
    let mut calls = Calls::default();
    for task in tasks {
        let those = task.await.unwrap();
        calls.all += those.all;
        calls.shared += those.shared;
        calls.keyed += those.keyed;
    }
    assert!(calls.all > TASKS * 10, "{} calls", calls.all);

    // As the code says again, and nothing is out.
    let shared = &budgets("load::shared")[0];
    assert_eq!((shared.drawn, shared.refused), (f64::from(calls.shared), 0));
    assert_eq!(shared.tokens, shared.capacity, "each retry has paid its token back: {shared:?}");
    let keyed: f64 = budgets("load::keys").iter().map(|budget| budget.drawn).sum();
    assert_eq!(keyed, f64::from(calls.keyed));
    let services = RetryRegistry::process().services();
    for service in services.iter().filter(|service| service.name.starts_with("load::")) {
        if let Some(breaker) = &service.gates.circuit_breaker {
            assert_eq!((breaker.in_flight(), breaker.waiting()), (0, 0), "{}", service.name);
            assert_eq!((breaker.opened(), breaker.refused()), (0, 0), "{}", service.name);
        }
    }
    let operations = RetryRegistry::process().operations();
    assert!(operations.iter().all(|operation| !operation.is_overridden));
    assert!(operations.iter().all(|operation| operation.policy.max_attempts() == 3));
}

/// The budget of a service, and those of its keys.
fn budgets(service: &str) -> Vec<BudgetSnapshot> {
    let mut services = RetryRegistry::process().services();
    services.retain(|seen| seen.name.starts_with(service));
    services.into_iter().filter_map(|seen| seen.gates.budget).collect()
}
