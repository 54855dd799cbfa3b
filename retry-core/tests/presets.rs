//! Handles from presets: what they are made of, and with whom they share it.

use std::time::Duration;

use retry_core::{
    BreakerPolicy, BudgetPolicy, CircuitBreaker, ErrorKind, Jitter, ManualClock, OnOpen, Preset,
    RateLimitPolicy, Refusal, Retry, RetryPolicy, StopReason, Verdict, presets, with_retry,
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

#[test]
fn the_standard_preset_waits_as_its_table_says() {
    let policy = presets::STANDARD.policy().with_jitter(Jitter::None);
    let delays: Vec<_> = policy.delays(0).map(|delay| delay.as_millis()).collect();
    assert_eq!(delays, [100, 200]);
    assert_eq!(policy.timeout(), Some(Duration::from_secs(300)));
    let breaker = presets::STANDARD.circuit_breaker().unwrap();
    assert_eq!((breaker.consecutive_failures(), breaker.on_open()), (Some(5), OnOpen::PARK));
    assert!(presets::STANDARD.rate_limit().is_some());
    assert_eq!(presets::STANDARD.budget(), Some(BudgetPolicy::new()));
}
