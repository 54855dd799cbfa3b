//! Another policy for a breaker that is not closed: the state stays, and so does everybody in it.

mod circuit;

use std::time::Duration;

use circuit::{Circuit, DOWN, ms, secs};
use retry_core::{
    Admission, BreakerPolicy, CircuitState, Gate, Held, OnOpen, Outcome, Pass, Scope, Window,
};

const GOOD: Outcome = Outcome::Success;

const POLICY: BreakerPolicy = BreakerPolicy::new()
    .with_on_open(OnOpen::Refuse)
    .with_min_calls(4)
    .with_failure_ratio(1.0)
    .with_window(Window::Count(100));

const PARKING: BreakerPolicy = BreakerPolicy::new().with_consecutive_failures(5);

fn opened(policy: BreakerPolicy) -> Circuit {
    let circuit = Circuit::new(policy);
    while circuit.state() == CircuitState::Closed {
        circuit.call(DOWN);
    }
    circuit
}

fn goes(circuit: &Circuit) -> bool {
    matches!(circuit.admit(), Admission::Go(_))
}

fn tried_in(circuit: &Circuit) -> Duration {
    circuit.breaker.snapshot().tried_in().unwrap()
}

#[test]
fn an_open_circuit_stays_open_and_waits_no_longer_than_the_new_policy_says() {
    let circuit = opened(POLICY.with_open_for(secs(60)));
    assert!(tried_in(&circuit) >= secs(30));
    circuit.breaker.set_policy(POLICY.with_open_for(secs(2)));
    assert_eq!((circuit.state(), tried_in(&circuit)), (CircuitState::Open, secs(2)));
    circuit.breaker.set_policy(POLICY.with_open_for(secs(60)));
    assert_eq!(tried_in(&circuit), secs(2), "what was promised is not taken back");
    circuit.clock.advance(ms(1_999));
    assert!(!goes(&circuit));
    circuit.clock.advance(ms(1));
    circuit.call(DOWN);
    let wait = tried_in(&circuit);
    assert!((secs(30)..=secs(60)).contains(&wait), "the next is the new policy's: {wait:?}");
}

#[test]
fn the_most_that_it_stays_open_is_that_of_the_new_policy() {
    let circuit = opened(POLICY.with_open_for(secs(60)));
    circuit.breaker.set_policy(POLICY.with_open_for(secs(1)).with_max_open_for(secs(1)));
    for _ in 0..5 {
        assert!(tried_in(&circuit) <= secs(1));
        circuit.wait_out();
        circuit.call(DOWN);
    }
}

#[test]
fn who_keeps_the_time_hears_that_it_comes_sooner() {
    let circuit = opened(PARKING.with_open_for(secs(60)).with_probe_gap(secs(60)));
    let first = circuit.waiter(None);
    let second = circuit.waiter(None);
    let (before, _) = (first.waits(), second.waits());
    assert!(before > secs(10), "{before:?}");
    circuit.breaker.set_policy(PARKING);
    let left = tried_in(&circuit);
    assert!(left < secs(1), "{left:?}");
    assert_eq!((first.woken(), second.woken()), (1, 0));
    assert_eq!(first.waits(), left);
    circuit.clock.advance(left);
    first.waits();
    assert_eq!(second.woken(), 1, "the newest tries");
    circuit.settle(second.goes(), GOOD);
    circuit.settle(first.goes(), GOOD);
    assert_eq!(circuit.state(), CircuitState::Closed);
}

#[test]
fn who_waits_goes_on_waiting_where_the_next_is_refused() {
    let circuit = opened(PARKING);
    let waiter = circuit.waiter(None);
    waiter.waits();
    circuit.breaker.set_policy(PARKING.with_on_open(OnOpen::Refuse));
    circuit.refusal();
    assert_eq!(circuit.breaker.snapshot().waiting(), 1);
    waiter.woken();
    circuit.wait_out();
    circuit.settle(waiter.goes(), GOOD);
    assert_eq!(circuit.state(), CircuitState::Closed, "nobody else waits");
}

#[test]
fn who_comes_after_calls_are_parked_is_held() {
    let circuit = opened(POLICY);
    circuit.refusal();
    circuit.breaker.set_policy(POLICY.with_on_open(OnOpen::PARK));
    assert!(tried_in(&circuit) <= secs(1), "and the circuit is tried as where calls wait");
    let waiter = circuit.waiter(None);
    waiter.waits();
    circuit.wait_out();
    circuit.settle(waiter.goes(), GOOD);
    assert_eq!(circuit.state(), CircuitState::Closed);
}

#[test]
fn a_smaller_room_sends_nobody_away() {
    let circuit = opened(PARKING);
    let waiters: Vec<_> = (0..3).map(|_| circuit.waiter(None)).collect();
    circuit.breaker.set_policy(PARKING.with_on_open(OnOpen::Park { max_waiting: 2 }));
    circuit.refusal();
    waiters[0].leave();
    circuit.refusal();
    waiters[1].leave();
    circuit.waiter(None).waits();
}

#[test]
fn each_waits_for_as_long_as_it_was_promised() {
    let circuit = opened(PARKING.with_park_for(secs(3)).with_open_for(secs(60)));
    let first = circuit.waiter(Some(secs(600)));
    let first_waits = |left| match first.ask() {
        Held::Wait(time) => assert_eq!(time.map(|time| time <= left), Some(true)),
        other => panic!("{other:?}"),
    };
    first_waits(secs(3));
    circuit.breaker.set_policy(PARKING.with_park_for(secs(1)).with_open_for(secs(60)));
    let second = circuit.waiter(Some(secs(600)));
    second.waits();
    circuit.breaker.force_open();
    circuit.breaker.set_policy(PARKING);
    assert_eq!(circuit.state(), CircuitState::ForcedOpen);
    assert!(first.is_refused() && second.is_refused());
}

#[test]
fn more_probes_are_sent_at_once_and_those_who_wait_hear_of_it() {
    let circuit = opened(PARKING);
    let waiters: Vec<_> = (0..3).map(|_| circuit.waiter(None)).collect();
    for waiter in &waiters {
        waiter.waits();
    }
    circuit.wait_out();
    waiters[0].waits();
    let probe = waiters[2].goes();
    // Until all are quiet.
    while let Some(waiter) = waiters[..2].iter().find(|waiter| waiter.woken() > 0) {
        waiter.waits();
    }
    circuit.breaker.set_policy(PARKING.with_probes(2));
    let keeper = waiters.iter().position(|waiter| waiter.woken() > 0).expect("somebody is woken");
    let _ = waiters[keeper].ask();
    assert_eq!(circuit.breaker.snapshot().in_flight(), 2);
    circuit.settle(probe, DOWN);
    assert_eq!(circuit.state(), CircuitState::Open, "one of two is half of them");
}

/// Three of five had answered when two were enough: nobody was ever sent to say so, and the circuit
/// stayed half-open for good.
#[test]
fn probes_that_are_enough_under_the_new_policy_decide_at_once() {
    let policy = POLICY.with_probes(5).with_failure_ratio(0.5);
    for (answers, to) in
        [([GOOD, DOWN, GOOD], CircuitState::Closed), ([DOWN, DOWN, GOOD], CircuitState::Open)]
    {
        let circuit = opened(policy.with_failure_ratio(0.5));
        circuit.wait_out();
        let passes: Vec<Pass> = answers.iter().map(|_| circuit.pass()).collect();
        // The first decides nothing, whatever it says.
        circuit.settle(passes[0], answers[0]);
        circuit.settle(passes[1], answers[1]);
        assert_eq!(circuit.state(), CircuitState::HalfOpen);
        let probes = if to == CircuitState::Closed { 3 } else { 2 };
        if to == CircuitState::Closed {
            circuit.settle(passes[2], answers[2]);
        }
        circuit.breaker.set_policy(policy.with_probes(probes));
        assert_eq!(circuit.state(), to, "{answers:?}");
    }
}

#[test]
fn fewer_probes_than_have_answered_leave_nobody_before_a_closed_door() {
    let policy = POLICY.with_probes(9).with_failure_ratio(0.9);
    let circuit = opened(policy);
    circuit.wait_out();
    circuit.call(DOWN);
    circuit.breaker.set_policy(policy.with_probes(1));
    assert_ne!(circuit.state(), CircuitState::HalfOpen);
    assert!(circuit.breaker.snapshot().cause().is_some(), "the cause stays that of the outage");
}

#[test]
fn a_shorter_lease_holds_for_the_probe_that_runs() {
    let circuit = opened(POLICY.with_lease(secs(60)));
    circuit.wait_out();
    let hung = circuit.pass();
    circuit.breaker.set_policy(POLICY.with_lease(secs(1)));
    circuit.clock.advance(ms(999));
    assert!(!goes(&circuit));
    circuit.clock.advance(ms(1));
    let next = circuit.pass();
    circuit.settle(hung, DOWN);
    assert_eq!(circuit.state(), CircuitState::HalfOpen, "its time was over");
    circuit.settle(next, GOOD);
    assert_eq!(circuit.state(), CircuitState::Closed);
}

/// Leases end in the order in which they were given. A long one kept those behind it that were
/// shorter.
#[test]
fn a_long_lease_keeps_no_shorter_one_that_came_later() {
    let policy = POLICY.with_probes(2).with_failure_ratio(0.9);
    let circuit = opened(policy.with_lease(secs(60)));
    circuit.wait_out();
    let _first = circuit.pass();
    circuit.breaker.set_policy(policy.with_lease(secs(1)));
    let _second = circuit.pass();
    circuit.clock.advance(secs(1));
    assert!(goes(&circuit) && goes(&circuit), "both are over");
}

#[test]
fn a_longer_lease_is_that_of_the_next_probe() {
    let circuit = opened(POLICY.with_lease(secs(1)));
    circuit.wait_out();
    let _hung = circuit.pass();
    circuit.breaker.set_policy(POLICY.with_lease(secs(60)));
    circuit.clock.advance(secs(1));
    let _next = circuit.pass();
    circuit.clock.advance(secs(59));
    assert!(!goes(&circuit));
}

#[test]
fn another_scope_is_told_to_the_driver() {
    let circuit = Circuit::new(POLICY);
    circuit.breaker.set_policy(POLICY.with_scope(Scope::Call));
    assert_eq!(circuit.breaker.scope(), Scope::Call);
}

#[test]
fn what_was_set_by_hand_stays() {
    let circuit = Circuit::new(POLICY);
    let breaker = &circuit.breaker;
    let set_twice = |state| {
        breaker.set_policy(POLICY.with_probes(2));
        breaker.set_policy(POLICY);
        assert_eq!(breaker.state(), state);
    };
    breaker.force_open();
    set_twice(CircuitState::ForcedOpen);
    breaker.disable();
    set_twice(CircuitState::Disabled);
    breaker.observe_only();
    set_twice(CircuitState::ObserveOnly);
    circuit.calls(4, DOWN);
    assert_eq!(circuit.breaker.snapshot().would_have_opened(), 1);
}

#[test]
fn counters_the_cause_and_the_last_change_stay_and_nobody_is_told_of_a_change() {
    let circuit = opened(POLICY);
    let mut changes = circuit.breaker.clone().changes();
    changes.borrow_and_update();
    circuit.refusal();
    let before = circuit.breaker.snapshot();
    circuit.breaker.clone().set_policy(POLICY.with_window(Window::Time(secs(9))));
    let after = circuit.breaker.snapshot();
    assert_eq!((after.opened(), after.refused()), (before.opened(), before.refused()));
    assert_eq!(after.cause(), before.cause());
    assert!(!changes.has_changed().unwrap());
    circuit.wait_out();
    circuit.call(GOOD);
    assert_eq!(changes.borrow_and_update().to(), CircuitState::Closed, "it is still told");
}

#[test]
fn the_same_policy_again_changes_nothing() {
    let circuit = opened(POLICY);
    let left = tried_in(&circuit);
    circuit.breaker.set_policy(POLICY);
    assert_eq!((circuit.state(), tried_in(&circuit)), (CircuitState::Open, left));
}
