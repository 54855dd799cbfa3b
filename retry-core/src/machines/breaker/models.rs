//! The machine under every interleaving that loom can find:
//! `RUSTFLAGS="--cfg retry_loom" cargo test -p retry-core --lib --release loom`.

use loom::sync::Arc;
use loom::thread;

use super::ring::Ring;
use super::waiting::{Arrival, Entry};
use super::window::{Call, Counts};
use super::{Breaker, Effects, Succeeded};
use crate::seams::gate::{Outcome, Pass};
use crate::values::breaker_policy::{BreakerPolicy, OnOpen, Window};
use crate::values::circuit::CircuitState;
use crate::values::kind::ErrorKind;

const DOWN: Outcome = Outcome::Failure(ErrorKind::Server);
const BAD: Call = Call { failed: true, slow: false };
const GOOD: Call = Call { failed: false, slow: false };
const FAR: u64 = 1 << 50;

const POLICY: BreakerPolicy = BreakerPolicy::new()
    .with_on_open(OnOpen::Refuse)
    .with_min_calls(2)
    .with_window(Window::Count(2));

fn model(work: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(work);
}

fn breaker(policy: BreakerPolicy) -> Arc<Breaker> {
    Arc::new(Breaker::new(policy, 7))
}

fn pass(breaker: &Breaker) -> Pass {
    breaker.enter(|| 1).expect("the circuit is closed")
}

/// Settles as the driver does.
fn settle(breaker: &Breaker, pass: Pass, outcome: Outcome) -> Option<Effects> {
    if outcome == Outcome::Success {
        match breaker.succeed(pass, || 2) {
            Succeeded::Done => return None,
            Succeeded::Judge => return breaker.judge(pass, 2),
            Succeeded::NotYet => {}
        }
    }
    breaker.settle(pass, outcome, || 2)
}

/// Settles in a thread of its own, and tells how many changes came of it.
fn settling(breaker: &Arc<Breaker>, pass: Pass, outcome: Outcome) -> thread::JoinHandle<usize> {
    let breaker = Arc::clone(breaker);
    thread::spawn(move || {
        let effects = settle(&breaker, pass, outcome);
        usize::from(effects.is_some_and(|effects| effects.change.is_some()))
    })
}

fn opened(policy: BreakerPolicy) -> Arc<Breaker> {
    let breaker = breaker(policy);
    while breaker.state() == CircuitState::Closed {
        drop(settle(&breaker, pass(&breaker), DOWN));
    }
    breaker
}

/// Arrives when the wait is over for sure; the number of the lease, if there was one.
fn arrive(breaker: &Breaker, now: u64) -> Option<Pass> {
    match breaker.arrive(Arrival { now, ends_at: u64::MAX, first: true }).0 {
        Entry::Go(pass) => Some(pass),
        _ => None,
    }
}

#[test]
fn loom_two_outcomes_that_open_it_together_open_it_once() {
    for (policy, outcomes) in [
        (POLICY, [DOWN, DOWN]),
        // The success completes the minimum, the failure meets the ratio: one of them sees both.
        (POLICY, [DOWN, Outcome::Success]),
        (POLICY.with_consecutive_failures(2).without_window(), [DOWN, DOWN]),
    ] {
        model(move || {
            let breaker = breaker(policy);
            let passes = [pass(&breaker), pass(&breaker)];
            let other = settling(&breaker, passes[0], outcomes[0]);
            let own = settle(&breaker, passes[1], outcomes[1]);
            let own = usize::from(own.is_some_and(|effects| effects.change.is_some()));
            assert_eq!(own + other.join().unwrap(), 1);
            assert_eq!(breaker.state(), CircuitState::Open);
        });
    }
}

#[test]
fn loom_a_window_of_time_sees_a_failure_and_the_minimum_together() {
    let policy = POLICY.with_window(Window::Time(std::time::Duration::from_millis(1)));
    model(move || {
        let breaker = breaker(policy);
        let passes = [pass(&breaker), pass(&breaker)];
        let other = settling(&breaker, passes[0], DOWN);
        drop(settle(&breaker, passes[1], Outcome::Success));
        other.join().unwrap();
        assert_eq!(breaker.state(), CircuitState::Open);
    });
}

#[test]
fn loom_the_counts_of_a_ring_are_those_of_its_bits() {
    model(|| {
        let ring = Arc::new(Ring::new(1, 1));
        let other = Arc::clone(&ring);
        let other = thread::spawn(move || {
            other.push(BAD, None);
            other.push(GOOD, None);
        });
        ring.push(BAD, None);
        ring.clear(1, None);
        other.join().unwrap();
        assert!(ring.is_sound());
    });
}

/// The calls were counted first, and then the failures: those that came in between made of one call
/// in four all.
#[test]
fn loom_a_ring_shows_no_more_failures_than_calls() {
    model(|| {
        let ring = Arc::new(Ring::new(4, 1));
        let other = Arc::clone(&ring);
        let other = thread::spawn(move || {
            other.push(BAD, None);
            other.push(BAD, None);
        });
        let counts = ring.counts(None);
        assert!(counts.failures <= counts.calls, "{counts:?}");
        other.join().unwrap();
    });
}

/// Two calls are recorded while the ring takes this size; the ring is sound, and after what stands
/// beyond it was swept up, it holds no more than it has places for.
fn reshaped(from: u32, to: u32) {
    model(move || {
        let ring = Arc::new(Ring::new(from, 1));
        let full = Counts { calls: from, failures: 1, slow: 0 };
        ring.reshape(from, full, None);
        let other = Arc::clone(&ring);
        let other = thread::spawn(move || {
            other.push(BAD, None);
            other.push(BAD, None);
        });
        ring.reshape(to, full, None);
        other.join().unwrap();
        assert!(ring.is_sound());
        ring.sweep(None);
        let counts = ring.counts(None);
        assert!(ring.is_sound() && counts.calls <= to);
        assert!(counts.failures <= to.min(3), "{counts:?}");
    });
}

#[test]
fn loom_a_ring_that_shrinks_while_calls_are_recorded_is_sound() {
    reshaped(3, 1);
}

#[test]
fn loom_a_ring_that_grows_by_a_segment_while_calls_are_recorded_is_sound() {
    reshaped(128, 192);
}

#[test]
fn loom_a_breaker_whose_window_changes_its_sort_goes_on_counting() {
    let policies = [POLICY, POLICY.with_window(Window::Time(std::time::Duration::from_millis(1)))];
    for [before, after] in [policies, [policies[1], policies[0]]] {
        model(move || {
            let breaker = breaker(before);
            let other = settling(&breaker, pass(&breaker), DOWN);
            drop(breaker.set_policy(&after, 2));
            other.join().unwrap();
            assert_eq!(breaker.policy(), after);
            assert_eq!(breaker.state(), CircuitState::Closed, "one failure is not enough");
            for _ in 0..2 {
                if let Some(pass) = breaker.enter(|| 1) {
                    drop(settle(&breaker, pass, DOWN));
                }
            }
            assert_eq!(breaker.state(), CircuitState::Open);
        });
    }
}

#[test]
fn loom_one_of_two_gets_the_only_probe() {
    model(|| {
        let breaker = opened(POLICY);
        let other = Arc::clone(&breaker);
        let other = thread::spawn(move || usize::from(arrive(&other, FAR).is_some()));
        let own = usize::from(arrive(&breaker, FAR).is_some());
        assert_eq!(own + other.join().unwrap(), 1);
        assert_eq!(breaker.state(), CircuitState::HalfOpen);
    });
}

#[test]
fn loom_a_late_outcome_and_a_probe_do_not_disturb_each_other() {
    model(|| {
        let breaker = breaker(POLICY);
        let late = pass(&breaker);
        while breaker.state() == CircuitState::Closed {
            drop(settle(&breaker, pass(&breaker), DOWN));
        }
        let probe = arrive(&breaker, FAR).expect("nobody else tries");
        let other = settling(&breaker, late, DOWN);
        drop(settle(&breaker, probe, Outcome::Success));
        assert_eq!(other.join().unwrap(), 0);
        assert_eq!(breaker.state(), CircuitState::Closed);
    });
}

#[test]
fn loom_a_lease_comes_back_once() {
    model(|| {
        let breaker = opened(POLICY);
        let probe = arrive(&breaker, FAR).expect("nobody else tries");
        let other = settling(&breaker, probe, Outcome::Abandoned);
        drop(settle(&breaker, probe, Outcome::Abandoned));
        other.join().unwrap();
        assert_eq!(breaker.report().in_flight, 0);
        assert!(arrive(&breaker, FAR).is_some() && arrive(&breaker, FAR).is_none());
    });
}
