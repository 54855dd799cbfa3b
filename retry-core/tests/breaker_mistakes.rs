//! What goes wrong in circuit breakers, one test for each.

mod circuit;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use circuit::{Circuit, DOWN, ms, secs};
use retry_core::{
    Admission, BreakerPolicy, CircuitState, ErrorKind, Gate, OnOpen, Outcome, Pass, Settlement,
    StopReason, Window,
};

const POLICY: BreakerPolicy = BreakerPolicy::new()
    .with_on_open(OnOpen::Refuse)
    .with_min_calls(4)
    .with_window(Window::Count(10));

fn opened(policy: BreakerPolicy) -> Circuit {
    let circuit = Circuit::new(policy);
    circuit.calls(policy.min_calls(), DOWN);
    assert_eq!(circuit.state(), CircuitState::Open);
    circuit
}

fn go(circuit: &Circuit) -> Option<Pass> {
    match circuit.admit() {
        Admission::Go(pass) => Some(pass),
        _ => None,
    }
}

#[test]
fn half_open_lets_in_as_many_as_it_has_probes() {
    let circuit = opened(POLICY.with_probes(3));
    circuit.wait_out();
    let admitted = (0..30).filter_map(|_| go(&circuit)).count();
    assert_eq!((admitted, circuit.state()), (3, CircuitState::HalfOpen));
    assert_eq!(circuit.breaker.snapshot().in_flight(), 3);
}

#[test]
fn half_open_lets_in_one_of_many_threads() {
    let circuit = opened(POLICY);
    circuit.wait_out();
    let admitted: usize = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| scope.spawn(|| usize::from(go(&circuit).is_some()))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(admitted, 1);
}

#[test]
fn the_place_of_a_probe_that_was_dropped_is_free_again() {
    let circuit = opened(POLICY);
    circuit.wait_out();
    for _ in 0..50 {
        let pass = circuit.pass();
        assert!(go(&circuit).is_none());
        circuit.settle(pass, Outcome::Abandoned);
        assert_eq!(circuit.state(), CircuitState::HalfOpen);
    }
    circuit.call(Outcome::Success);
    assert_eq!(circuit.state(), CircuitState::Closed);
}

#[test]
fn a_probe_that_hangs_holds_its_place_for_a_lease_and_no_longer() {
    let circuit = opened(POLICY.with_lease(secs(3)));
    circuit.wait_out();
    let hung = circuit.pass();
    circuit.clock.advance(ms(2_999));
    assert!(go(&circuit).is_none());
    circuit.clock.advance(ms(1));
    let next = circuit.pass();
    circuit.settle(hung, DOWN);
    assert_eq!(circuit.state(), CircuitState::HalfOpen, "its time was over");
    circuit.settle(next, Outcome::Success);
    assert_eq!(circuit.state(), CircuitState::Closed);
}

#[test]
fn a_probe_that_was_cancelled_does_not_close_it() {
    let circuit = opened(POLICY);
    circuit.wait_out();
    circuit.call(Outcome::Abandoned);
    assert_eq!(circuit.state(), CircuitState::HalfOpen);
    circuit.call(Outcome::Failure(ErrorKind::CircuitBreaker));
    assert_eq!(circuit.state(), CircuitState::HalfOpen, "ignored kinds are as neutral");
}

#[test]
fn a_late_result_decides_nothing() {
    let circuit = Circuit::new(POLICY);
    let before: Vec<Pass> = (0..20).map(|_| circuit.pass()).collect();
    circuit.calls(4, DOWN);
    let (early, late) = before.split_at(10);
    for pass in early {
        circuit.settle(*pass, Outcome::Success);
    }
    assert_eq!(circuit.state(), CircuitState::Open, "it does not close it");
    circuit.wait_out();
    let probe = circuit.pass();
    for pass in late {
        circuit.settle(*pass, DOWN);
    }
    assert_eq!(circuit.state(), CircuitState::HalfOpen, "nor open it");
    assert_eq!(circuit.breaker.snapshot().in_flight(), 1, "nor take the place of another");
    circuit.settle(probe, Outcome::Success);
    for pass in early {
        circuit.settle(*pass, DOWN);
    }
    circuit.settle(probe, DOWN);
    let snapshot = circuit.breaker.snapshot();
    assert_eq!((snapshot.state(), snapshot.calls()), (CircuitState::Closed, 0), "nor count");
}

#[test]
fn the_window_slides() {
    let circuit = Circuit::new(POLICY.with_failure_ratio(1.0));
    circuit.calls(1_000, Outcome::Success);
    circuit.calls(9, DOWN);
    assert_eq!(circuit.state(), CircuitState::Closed);
    circuit.call(DOWN);
    assert_eq!(circuit.state(), CircuitState::Open);
}

#[test]
fn a_window_of_time_decides_in_half_open_with_one_call_an_hour() {
    let circuit = opened(POLICY.with_window(Window::Time(secs(1))).with_probes(3));
    circuit.wait_out();
    for _ in 0..2 {
        assert_ne!(circuit.state(), CircuitState::Closed);
        circuit.call(Outcome::Success);
        circuit.clock.advance(secs(3600));
    }
    assert_eq!(circuit.state(), CircuitState::Closed, "two of three are enough for certainty");
}

#[test]
fn it_opens_within_its_first_window() {
    let circuit = Circuit::new(POLICY.with_window(Window::Count(100_000)));
    circuit.calls(4, DOWN);
    assert_eq!(circuit.state(), CircuitState::Open);
    let circuit = Circuit::new(POLICY.with_window(Window::Time(secs(3600))));
    circuit.calls(4, DOWN);
    assert_eq!(circuit.state(), CircuitState::Open);
}

#[test]
fn a_window_below_a_second_holds_as_many_calls_as_come() {
    let circuit = Circuit::new(POLICY.with_window(Window::Time(ms(1))).with_failure_ratio(0.9));
    circuit.calls(50, Outcome::Success);
    assert_eq!(circuit.breaker.snapshot().calls(), 50);
    circuit.clock.advance(ms(1));
    assert_eq!(circuit.breaker.snapshot().calls(), 0, "all are forgotten after it");
    circuit.calls(4, DOWN);
    assert_eq!(circuit.state(), CircuitState::Open);
}

#[test]
fn a_success_that_completes_the_minimum_opens_it() {
    for window in [Window::Count(10), Window::Time(secs(10))] {
        let circuit = Circuit::new(POLICY.with_window(window));
        circuit.calls(3, DOWN);
        assert_eq!(circuit.state(), CircuitState::Closed);
        circuit.call(Outcome::Success);
        assert_eq!(circuit.state(), CircuitState::Open, "three of four failed, {window:?}");
    }
}

#[test]
fn a_call_that_was_cut_by_a_timeout_is_a_failure() {
    let circuit = Circuit::new(POLICY);
    circuit.calls(4, Outcome::Failure(ErrorKind::Timeout));
    assert_eq!(circuit.state(), CircuitState::Open);
}

#[test]
fn a_hang_is_seen_before_any_call_ends() {
    for window in [Window::Count(10), Window::Time(secs(10))] {
        let circuit = Circuit::new(POLICY.with_window(window).with_slow_call(secs(1)));
        assert_eq!(circuit.breaker.patience(), Some(secs(1)));
        let hung: Vec<Pass> = (0..4).map(|_| circuit.pass()).collect();
        circuit.clock.advance(secs(1));
        for pass in &hung {
            circuit.breaker.overdue(*pass, &circuit.clock);
        }
        assert_eq!(circuit.state(), CircuitState::Open, "{window:?}");
        let refusal = circuit.refusal();
        assert_eq!(refusal.cause(), Some((ErrorKind::Timeout, "took longer than 1s")));
    }
}

#[test]
fn a_panic_while_an_error_is_printed_poisons_nothing() {
    struct Unprintable;
    impl std::fmt::Display for Unprintable {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("cannot be printed")
        }
    }
    let circuit = Circuit::new(POLICY);
    circuit.calls(3, DOWN);
    let pass = circuit.pass();
    let settlement = Settlement::new(DOWN, &circuit.clock).with_cause(&Unprintable);
    let printed = catch_unwind(AssertUnwindSafe(|| circuit.breaker.settle(pass, &settlement)));
    assert!(printed.is_err());
    assert_eq!(circuit.refusal().cause(), Some((ErrorKind::Server, "server")));
    circuit.wait_out();
    circuit.call(Outcome::Success);
    assert_eq!(circuit.state(), CircuitState::Closed);
}

#[test]
fn a_window_longer_than_the_machine_has_been_up_is_no_trouble() {
    let circuit = Circuit::new(POLICY.with_window(Window::Time(secs(1_000_000_000))));
    circuit.calls(3, DOWN);
    assert_eq!(circuit.breaker.snapshot().failures(), 3);
}

#[test]
fn an_open_circuit_is_foreseen() {
    let circuit = opened(POLICY.with_open_for(secs(4)));
    let left = circuit.breaker.snapshot().tried_in().unwrap();
    let refusal = circuit.breaker.foresee(ms(100), &circuit.clock).expect("still open then");
    assert_eq!((refusal.reason(), refusal.retry_in()), (StopReason::CircuitOpen, Some(left)));
    assert_eq!(
        (refusal.gate(), refusal.cause()),
        (Some("stock"), Some((ErrorKind::Server, "no answer")))
    );
    assert!(circuit.breaker.foresee(left, &circuit.clock).is_none(), "it is tried then");
    let parking = Circuit::new(BreakerPolicy::new());
    parking.calls(20, DOWN);
    assert!(parking.breaker.foresee(ms(1), &parking.clock).is_none(), "there one waits");
}
