//! Another policy for a breaker that is closed: each setting has its effect, and what was seen stays.

mod circuit;

use circuit::{Circuit, DOWN, ms, secs};
use retry_core::{
    BreakerPolicy, CircuitState, ErrorKind, Gate, Kinds, OnOpen, Outcome, Pass, Window,
};

const GOOD: Outcome = Outcome::Success;

const POLICY: BreakerPolicy = BreakerPolicy::new()
    .with_on_open(OnOpen::Refuse)
    .with_min_calls(4)
    .with_failure_ratio(1.0)
    .with_window(Window::Count(100));

fn counts(circuit: &Circuit) -> (u32, u32, u32) {
    let snapshot = circuit.breaker.snapshot();
    (snapshot.calls(), snapshot.failures(), snapshot.slow())
}

/// A closed circuit that has seen 60 good calls and then 40 bad ones, all at once.
fn with_forty_percent(window: Window) -> Circuit {
    let circuit = Circuit::new(POLICY.with_window(window));
    circuit.calls(60, GOOD);
    circuit.calls(40, DOWN);
    assert_eq!(counts(&circuit), (100, 40, 0));
    circuit
}

#[test]
fn a_window_of_another_form_keeps_its_part_of_failures() {
    let (calls, time) = (Window::Count(100), Window::Time(secs(10)));
    let table = [
        (calls, Window::Count(20), (20, 8)),
        (calls, Window::Count(5), (5, 2)),
        (calls, Window::Count(128), (100, 40)),
        (calls, Window::Count(10_000), (100, 40)),
        (calls, time, (100, 40)),
        (time, Window::Time(secs(600)), (100, 40)),
        (time, Window::Time(ms(1)), (100, 40)),
        (time, Window::Count(20), (20, 8)),
        (time, Window::Count(1_000), (100, 40)),
    ];
    for (before, after, (held, failed)) in table {
        let circuit = with_forty_percent(before);
        circuit.breaker.set_policy(POLICY.with_window(after));
        assert_eq!(counts(&circuit), (held, failed, 0), "{before:?}, {after:?}");
        assert_eq!(circuit.state(), CircuitState::Closed);
        assert_eq!(circuit.breaker.policy(), POLICY.with_window(after));
        // And it goes on counting: full of failures it opens, and not before.
        let most = if let Window::Count(most) = after { most } else { 100 };
        circuit.calls(most.min(100) * 3, GOOD);
        assert_eq!(circuit.state(), CircuitState::Closed, "{before:?}, {after:?}");
        circuit.breaker.set_policy(POLICY.with_window(after).with_failure_ratio(0.1));
        circuit.breaker.reset();
        circuit.calls(4, DOWN);
        assert_eq!(circuit.state(), CircuitState::Open, "{before:?}, {after:?}");
    }
}

#[test]
fn a_window_that_changes_many_times_keeps_its_part_and_loses_no_place() {
    let circuit = with_forty_percent(Window::Count(100));
    for size in [300, 20, 5_000, 64, 65, 128, 129, 1_000, 20] {
        circuit.breaker.set_policy(POLICY.with_window(Window::Count(size)));
        let (calls, failures, _) = counts(&circuit);
        assert_eq!(failures * 5, calls * 2, "{size}");
    }
    circuit.calls(20, GOOD);
    assert_eq!(counts(&circuit), (20, 0, 0), "each place is taken again within one turn");
}

#[test]
fn what_a_window_of_time_was_given_is_forgotten_little_by_little() {
    let circuit = with_forty_percent(Window::Count(100));
    circuit.breaker.set_policy(POLICY.with_window(Window::Time(secs(10))));
    let mut held = 100;
    for _ in 0..9 {
        circuit.clock.advance(secs(1));
        let (calls, failures, _) = counts(&circuit);
        assert!(calls < held && failures * 5 <= calls * 2 + 5, "{calls}, {failures}");
        held = calls;
    }
    circuit.clock.advance(secs(1));
    assert_eq!(counts(&circuit), (0, 0, 0));
}

#[test]
fn without_a_window_nothing_is_held_and_it_begins_anew() {
    let circuit = with_forty_percent(Window::Count(100));
    let none = POLICY.with_consecutive_failures(50).without_window();
    circuit.breaker.set_policy(none);
    circuit.calls(9, DOWN);
    assert_eq!(counts(&circuit), (0, 0, 0));
    circuit.breaker.set_policy(POLICY);
    assert_eq!(counts(&circuit), (0, 0, 0), "what was before it is long ago");
    circuit.calls(4, DOWN);
    assert_eq!(circuit.state(), CircuitState::Open);
}

/// A trip is decided by outcomes, so no setting opens the circuit by itself.
#[test]
fn what_is_stricter_than_what_the_window_holds_opens_with_the_next_outcome() {
    let stricter = [
        POLICY.with_failure_ratio(0.3),
        POLICY.with_failure_ratio(0.3).with_window(Window::Count(50)),
        POLICY.with_failure_ratio(0.3).with_window(Window::Time(secs(10))),
    ];
    for policy in stricter {
        for outcome in [GOOD, DOWN] {
            let circuit = with_forty_percent(Window::Count(100));
            circuit.breaker.set_policy(policy);
            assert_eq!(circuit.state(), CircuitState::Closed);
            circuit.call(outcome);
            assert_eq!(circuit.state(), CircuitState::Open, "{outcome:?}, {policy:?}");
        }
    }
}

#[test]
fn fewer_calls_may_be_enough_and_then_the_next_outcome_decides() {
    for outcome in [GOOD, DOWN] {
        let circuit = Circuit::new(POLICY.with_min_calls(20).with_failure_ratio(0.5));
        circuit.calls(10, DOWN);
        circuit.breaker.set_policy(POLICY.with_min_calls(5).with_failure_ratio(0.5));
        assert_eq!(circuit.state(), CircuitState::Closed);
        circuit.call(outcome);
        assert_eq!(circuit.state(), CircuitState::Open, "{outcome:?}");
    }
}

#[test]
fn more_calls_may_be_asked_for_and_a_success_completes_them() {
    let circuit = Circuit::new(POLICY.with_failure_ratio(0.5));
    circuit.calls(3, DOWN);
    circuit.breaker.set_policy(POLICY.with_min_calls(6).with_failure_ratio(0.5));
    circuit.calls(2, GOOD);
    assert_eq!(circuit.state(), CircuitState::Closed);
    circuit.call(GOOD);
    assert_eq!(circuit.state(), CircuitState::Open);
}

#[test]
fn failures_in_a_row_count_from_when_they_matter() {
    let circuit = Circuit::new(POLICY.with_min_calls(90).with_consecutive_failures(5));
    circuit.calls(4, DOWN);
    circuit.breaker.set_policy(POLICY.with_min_calls(90));
    circuit.calls(9, DOWN);
    circuit.breaker.set_policy(POLICY.with_min_calls(90).with_consecutive_failures(3));
    circuit.calls(2, DOWN);
    assert_eq!(circuit.state(), CircuitState::Closed, "those of before are none of these");
    circuit.call(DOWN);
    assert_eq!(circuit.state(), CircuitState::Open);
}

#[test]
fn fewer_failures_in_a_row_open_it_with_the_next() {
    let circuit = Circuit::new(POLICY.with_min_calls(90).with_consecutive_failures(9));
    circuit.calls(4, DOWN);
    circuit.breaker.set_policy(POLICY.with_min_calls(90).with_consecutive_failures(3));
    assert_eq!(circuit.state(), CircuitState::Closed);
    circuit.call(DOWN);
    assert_eq!(circuit.state(), CircuitState::Open);
}

#[test]
fn a_kind_counts_as_the_new_policy_says() {
    let client = Outcome::Failure(ErrorKind::Client);
    let circuit = Circuit::new(POLICY);
    circuit.call(client);
    assert_eq!(counts(&circuit), (1, 0, 0));
    let kinds = Kinds::of(&[ErrorKind::Client]);
    circuit.breaker.set_policy(POLICY.with_failures(kinds));
    circuit.call(client);
    assert_eq!(counts(&circuit), (2, 1, 0));
    circuit.breaker.set_policy(POLICY.with_ignored(kinds));
    circuit.call(client);
    assert_eq!(counts(&circuit), (2, 1, 0));
}

#[test]
fn slowness_is_seen_from_when_it_matters_and_forgotten_when_it_does_not() {
    for window in [Window::Count(100), Window::Time(secs(60))] {
        let plain = POLICY.with_window(window);
        let timed = plain.with_slow_call(secs(1)).with_slow_ratio(1.0);
        let circuit = Circuit::new(plain);
        let slow = |circuit: &Circuit| {
            let pass = circuit.pass();
            circuit.clock.advance(secs(1));
            circuit.settle(pass, GOOD);
        };
        slow(&circuit);
        circuit.breaker.set_policy(timed);
        assert_eq!(circuit.breaker.patience(), Some(secs(1)));
        slow(&circuit);
        assert_eq!(counts(&circuit), (2, 0, 1), "{window:?}");
        circuit.breaker.set_policy(timed.with_slow_call(secs(2)));
        slow(&circuit);
        assert_eq!(counts(&circuit), (3, 0, 1), "{window:?}");
        circuit.breaker.set_policy(plain);
        assert_eq!((counts(&circuit), circuit.breaker.patience()), ((3, 0, 0), None), "{window:?}");
        circuit.breaker.set_policy(timed);
        circuit.call(GOOD);
        assert_eq!(counts(&circuit), (4, 0, 0), "{window:?}");
    }
}

#[test]
fn the_part_of_slow_calls_is_kept_too() {
    let timed = POLICY.with_slow_call(secs(1)).with_slow_ratio(1.0);
    let circuit = Circuit::new(timed);
    let passes: Vec<Pass> = (0..3).map(|_| circuit.pass()).collect();
    circuit.clock.advance(secs(1));
    for pass in passes {
        circuit.settle(pass, GOOD);
    }
    circuit.calls(3, GOOD);
    circuit.calls(4, DOWN);
    for window in [Window::Time(secs(10)), Window::Count(1_000), Window::Count(10)] {
        circuit.breaker.set_policy(timed.with_window(window));
        assert_eq!(counts(&circuit), (10, 4, 3), "{window:?}");
    }
}

/// A call that was recorded while it ran was recorded again at its end, once the limit was longer
/// than what it took, and its mark was never taken back.
#[test]
fn a_call_that_was_slow_under_another_limit_is_recorded_once() {
    for window in [Window::Count(100), Window::Time(secs(60))] {
        let timed = POLICY.with_window(window).with_slow_call(secs(1)).with_slow_ratio(1.0);
        let plain = POLICY.with_window(window);
        for (after, slow) in [(timed.with_slow_call(secs(9)), 1), (plain, 0)] {
            for (outcome, failed) in [(GOOD, 0), (DOWN, 1)] {
                let circuit = Circuit::new(timed);
                let pass = circuit.pass();
                circuit.clock.advance(secs(1));
                circuit.breaker.overdue(pass, &circuit.clock);
                circuit.breaker.set_policy(after);
                circuit.settle(pass, outcome);
                assert_eq!(counts(&circuit), (1, failed, slow), "{outcome:?}, {after:?}");
            }
        }
    }
}

#[test]
fn a_call_that_outruns_two_limits_is_recorded_once() {
    let timed = POLICY.with_slow_call(secs(1)).with_slow_ratio(1.0);
    let circuit = Circuit::new(timed);
    let pass = circuit.pass();
    circuit.clock.advance(secs(1));
    circuit.breaker.overdue(pass, &circuit.clock);
    circuit.breaker.set_policy(timed.with_slow_call(secs(3)));
    circuit.clock.advance(secs(2));
    circuit.breaker.overdue(pass, &circuit.clock);
    circuit.settle(pass, GOOD);
    assert_eq!(counts(&circuit), (1, 0, 1));
    let none = POLICY;
    let pass = circuit.pass();
    circuit.breaker.set_policy(none);
    circuit.clock.advance(secs(9));
    circuit.breaker.overdue(pass, &circuit.clock);
    assert_eq!(counts(&circuit), (1, 0, 0), "nothing is slow any more");
}

/// It was recorded as slow at once, since it carries no time, and once more at its end.
#[test]
fn a_call_that_began_when_no_call_was_slow_is_not_slow() {
    let circuit = Circuit::new(POLICY);
    let pass = circuit.pass();
    circuit.breaker.set_policy(POLICY.with_slow_call(secs(1)).with_slow_ratio(1.0));
    circuit.clock.advance(secs(9));
    circuit.breaker.overdue(pass, &circuit.clock);
    circuit.settle(pass, GOOD);
    assert_eq!(counts(&circuit), (1, 0, 0));
}

#[test]
fn a_call_that_runs_through_a_change_of_the_window_is_no_failure_of_another() {
    let timed = POLICY.with_slow_call(secs(1)).with_slow_ratio(1.0);
    let windows = [Window::Count(100), Window::Count(7), Window::Time(secs(60))];
    for before in windows {
        for after in windows.into_iter().filter(|after| *after != before) {
            let circuit = Circuit::new(timed.with_window(before));
            let pass = circuit.pass();
            circuit.clock.advance(secs(1));
            circuit.breaker.overdue(pass, &circuit.clock);
            circuit.breaker.set_policy(timed.with_window(after));
            assert_eq!(counts(&circuit), (1, 0, 1));
            circuit.settle(pass, DOWN);
            assert_eq!(counts(&circuit), (1, 0, 1), "{before:?}, {after:?}");
        }
    }
}

#[test]
fn a_call_that_began_before_is_counted_after() {
    let circuit = Circuit::new(POLICY);
    let pass = circuit.pass();
    circuit.breaker.set_policy(POLICY.with_window(Window::Count(10)));
    circuit.settle(pass, DOWN);
    assert_eq!(counts(&circuit), (1, 1, 0));
}

#[test]
fn the_same_policy_again_changes_nothing() {
    for window in [Window::Count(100), Window::Time(secs(10))] {
        let circuit = with_forty_percent(window);
        let policy = circuit.breaker.policy();
        for _ in 0..3 {
            circuit.breaker.set_policy(policy);
        }
        assert_eq!((counts(&circuit), circuit.state()), ((100, 40, 0), CircuitState::Closed));
    }
}
