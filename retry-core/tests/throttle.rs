//! The throttle of the SRE book, through the gate that it is.

use std::time::Duration;

use retry_core::{
    Admission, ErrorKind, Gate, ManualClock, Outcome, Pass, Request, Settlement, StopReason,
    Throttle, ThrottlePolicy,
};

fn settle(throttle: &Throttle, clock: &ManualClock, outcome: Outcome) {
    throttle.settle(Pass::default(), &Settlement::new(outcome, clock));
}

#[test]
fn overloads_are_not_accepted_and_everything_else_is() {
    let overloads = ["transient", "timeout", "rate_limit", "network", "server"];
    for kind in ErrorKind::ALL {
        let clock = ManualClock::new();
        let throttle = Throttle::new(ThrottlePolicy::new());
        (0..9).for_each(|_| settle(&throttle, &clock, Outcome::Failure(kind)));
        let expected = if overloads.contains(&kind.as_str()) { 0.9 } else { 0.0 };
        assert!((throttle.probability(&clock) - expected).abs() < 1e-12, "{kind}");
    }
}

#[test]
fn what_was_abandoned_counts_for_nothing() {
    let clock = ManualClock::new();
    let throttle = Throttle::new(ThrottlePolicy::new());
    (0..9).for_each(|_| settle(&throttle, &clock, Outcome::Failure(ErrorKind::Server)));
    let before = throttle.probability(&clock);
    (0..100).for_each(|_| settle(&throttle, &clock, Outcome::Abandoned));
    assert!((throttle.probability(&clock) - before).abs() < 1e-12);
}

#[test]
fn a_rejection_counts_as_a_request_and_names_the_throttle() {
    let clock = ManualClock::new();
    let throttle = Throttle::new(ThrottlePolicy::new()).with_name("search").with_seed(1);
    (0..99).for_each(|_| settle(&throttle, &clock, Outcome::Failure(ErrorKind::Server)));
    let before = throttle.probability(&clock);
    let Admission::Refuse(refusal) = throttle.admit(&Request::new(&clock, None, 1)) else {
        panic!("99 in 100 are rejected");
    };
    assert_eq!((refusal.reason(), refusal.gate()), (StopReason::Throttled, Some("search")));
    assert!(throttle.probability(&clock) > before);
}

#[test]
fn the_past_is_forgotten_after_the_window() {
    let clock = ManualClock::new();
    let throttle = Throttle::new(ThrottlePolicy::new().with_window(Duration::from_secs(10)));
    (0..99).for_each(|_| settle(&throttle, &clock, Outcome::Failure(ErrorKind::Server)));
    clock.advance(Duration::from_secs(10));
    assert!(matches!(throttle.admit(&Request::new(&clock, None, 1)), Admission::Go(_)));
}
