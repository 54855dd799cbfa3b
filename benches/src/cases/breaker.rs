//! What a breaker adds to an attempt, without the loop around it.

use std::time::Duration;

use retry_core::{
    Admission, BreakerPolicy, CircuitBreaker, ErrorKind, Gate, OnOpen, Outcome, Request,
    Settlement, Window,
};

use crate::cases::Case;
use crate::cases::success::{bare, by_hand};
use crate::jump::Jump;
use crate::poll::each;

const TABLE: &str = "breaker";
const POLICY: BreakerPolicy = BreakerPolicy::new();
const REFUSING: BreakerPolicy = POLICY.with_on_open(OnOpen::Refuse);
const IN_A_ROW: BreakerPolicy = POLICY.with_consecutive_failures(5).without_window();
const MANY: BreakerPolicy = POLICY.with_window(Window::Count(10_000));
const SECONDS: BreakerPolicy = POLICY.with_window(Window::Time(Duration::from_secs(10)));

pub(super) const CASES: [Case; 9] = [
    Case::other(TABLE, "bare call", |times| each(times, bare)),
    Case::other(TABLE, "loop by hand", |times| each(times, by_hand)),
    Case::other(TABLE, "success, failures in a row", |times| attempts(times, IN_A_ROW, succeeded)),
    Case::other(TABLE, "success, the last 100 calls", |times| attempts(times, POLICY, succeeded)),
    Case::other(TABLE, "success, the last 10,000 calls", |times| {
        attempts(times, MANY, succeeded);
    }),
    Case::other(TABLE, "success, the last 10 s", |times| attempts(times, SECONDS, succeeded)),
    Case::other(TABLE, "one failure in ten, the last 100 calls", |times| {
        attempts(times, POLICY, failed_at_times);
    }),
    Case::other(TABLE, "one failure in ten, the last 10 s", |times| {
        attempts(times, SECONDS, failed_at_times);
    }),
    Case::other(TABLE, "refused by an open circuit", refused),
];

fn succeeded(_: u64) -> Outcome {
    Outcome::Success
}

fn failed_at_times(number: u64) -> Outcome {
    if number.is_multiple_of(10) { Outcome::Failure(ErrorKind::Server) } else { Outcome::Success }
}

/// Attempts under a closed circuit.
fn attempts(times: u64, policy: BreakerPolicy, outcome: fn(u64) -> Outcome) {
    let (breaker, clock) = (CircuitBreaker::new(policy), Jump::now());
    for number in 0..times {
        let Admission::Go(pass) = breaker.admit(&Request::new(&clock, None, 1)) else {
            panic!("the circuit is closed");
        };
        breaker.settle(pass, &Settlement::new(outcome(number), &clock));
    }
}

fn refused(times: u64) {
    let (breaker, clock) = (CircuitBreaker::new(REFUSING), Jump::now());
    while let Admission::Go(pass) = breaker.admit(&Request::new(&clock, None, 1)) {
        breaker.settle(pass, &Settlement::new(Outcome::Failure(ErrorKind::Server), &clock));
    }
    for _ in 0..times {
        let answer = breaker.admit(&Request::new(&clock, None, 1));
        assert!(matches!(answer, Admission::Refuse(_)), "the circuit is open");
    }
}
