//! What a breaker counts, what it says, and what can be done to it by hand.

mod circuit;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use circuit::{Circuit, DOWN, ms, secs};
use retry_core::{
    Admission, BreakerPolicy, CircuitBreaker, CircuitState, ErrorKind, Gate, Kinds, OnOpen,
    Outcome, Pass, Request, Settlement, TokioClock, Window,
};

const POLICY: BreakerPolicy = BreakerPolicy::new()
    .with_on_open(OnOpen::Refuse)
    .with_min_calls(4)
    .with_window(Window::Count(10));

const PARKING: BreakerPolicy = POLICY.with_on_open(OnOpen::Park { max_waiting: 10 });

const FORMS: [Window; 2] = [Window::Count(10), Window::Time(secs(10))];

#[test]
fn each_kind_counts_as_what_the_policy_says() {
    for kind in ErrorKind::ALL {
        let circuit = Circuit::new(POLICY);
        circuit.calls(4, Outcome::Failure(kind));
        let (calls, state) = match kind {
            ErrorKind::CircuitBreaker => (0, CircuitState::Closed),
            ErrorKind::RateLimit | ErrorKind::Client | ErrorKind::Permanent => {
                (4, CircuitState::Closed)
            }
            _ => (4, CircuitState::Open),
        };
        assert_eq!((circuit.breaker.snapshot().calls(), circuit.state()), (calls, state), "{kind}");
    }
    let ignoring = POLICY.with_ignored(Kinds::ALL);
    let circuit = Circuit::new(ignoring);
    circuit.calls(9, DOWN);
    assert_eq!(circuit.breaker.snapshot().calls(), 0, "what is ignored is so before all else");
}

#[test]
fn failures_in_a_row_open_it_without_a_window() {
    let policy = POLICY.with_consecutive_failures(3).without_window();
    let circuit = Circuit::new(policy);
    for _ in 0..5 {
        circuit.calls(2, DOWN);
        circuit.call(Outcome::Success);
    }
    circuit.calls(2, DOWN);
    circuit.call(Outcome::Abandoned);
    assert_eq!(circuit.state(), CircuitState::Closed);
    circuit.call(DOWN);
    assert_eq!(circuit.state(), CircuitState::Open);
}

#[test]
fn a_ratio_is_met_exactly() {
    for (ratio, failures) in [(0.1, 1), (0.3, 3), (0.6, 6), (0.7, 7), (0.9, 9), (1.0, 10)] {
        let policy = POLICY.with_min_calls(10).with_failure_ratio(ratio);
        for (count, state) in [(failures, CircuitState::Open), (failures - 1, CircuitState::Closed)]
        {
            let circuit = Circuit::new(policy);
            circuit.calls(10 - count, Outcome::Success);
            circuit.calls(count, DOWN);
            assert_eq!(circuit.state(), state, "{count} of 10 for {ratio}");
        }
    }
}

#[test]
fn a_window_of_time_forgets_a_tenth_at_a_time() {
    let circuit = Circuit::new(POLICY.with_window(Window::Time(secs(10))).with_failure_ratio(1.0));
    for _ in 0..10 {
        circuit.call(Outcome::Success);
        circuit.clock.advance(secs(1));
    }
    for left in [9, 8, 7] {
        assert_eq!(circuit.breaker.snapshot().calls(), left);
        circuit.clock.advance(secs(1));
    }
    circuit.clock.advance(secs(1_000_000));
    assert_eq!(circuit.breaker.snapshot().calls(), 0);
}

#[test]
fn a_slow_call_counts_once_and_its_failure_too() {
    for window in FORMS {
        let circuit =
            Circuit::new(POLICY.with_slow_call(secs(1)).with_min_calls(9).with_window(window));
        let passes: Vec<Pass> = (0..3).map(|_| circuit.pass()).collect();
        circuit.clock.advance(secs(1));
        circuit.breaker.overdue(passes[0], &circuit.clock);
        circuit.breaker.overdue(passes[1], &circuit.clock);
        let counts = |circuit: &Circuit| {
            let snapshot = circuit.breaker.snapshot();
            (snapshot.calls(), snapshot.failures(), snapshot.slow())
        };
        assert_eq!(counts(&circuit), (2, 0, 2), "{window:?}");
        circuit.settle(passes[0], DOWN);
        assert_eq!(counts(&circuit), (2, 1, 2), "{window:?}");
        circuit.settle(passes[1], Outcome::Success);
        assert_eq!(counts(&circuit), (2, 1, 2), "{window:?}");
        circuit.settle(passes[2], Outcome::Success);
        assert_eq!(counts(&circuit), (3, 1, 3), "without being told: {window:?}");
        circuit.call(Outcome::Success);
        assert_eq!(counts(&circuit), (4, 1, 3), "a fast one: {window:?}");
    }
}

#[test]
fn a_probe_that_is_slow_fails() {
    let policy = POLICY.with_slow_call(secs(1)).with_lease(secs(60));
    for told in [true, false] {
        let circuit = Circuit::new(policy);
        circuit.calls(4, DOWN);
        circuit.wait_out();
        let probe = circuit.pass();
        circuit.clock.advance(secs(1));
        if told {
            circuit.breaker.overdue(probe, &circuit.clock);
            assert_eq!(circuit.state(), CircuitState::Open);
        }
        circuit.settle(probe, Outcome::Success);
        assert_eq!(circuit.state(), CircuitState::Open);
        assert_eq!(circuit.breaker.snapshot().opened(), 2);
    }
}

#[test]
fn probes_decide_as_soon_as_it_is_certain() {
    let cases: [(f64, &[bool], CircuitState); 6] = [
        (0.5, &[true, true], CircuitState::HalfOpen),
        (0.5, &[true, true, true], CircuitState::Closed),
        (0.5, &[false, true, false], CircuitState::Open),
        (0.2, &[false], CircuitState::Open),
        (1.0, &[true], CircuitState::Closed),
        (1.0, &[false, false, false, false], CircuitState::HalfOpen),
    ];
    for (ratio, answers, state) in cases {
        let circuit = Circuit::new(POLICY.with_probes(5).with_failure_ratio(ratio));
        circuit.calls(4, DOWN);
        circuit.wait_out();
        for answer in answers {
            circuit.call(if *answer { Outcome::Success } else { DOWN });
        }
        // With a ratio of a half the answers come to two and a half of five.
        let expected = if answers == [false, true, false] { CircuitState::HalfOpen } else { state };
        assert_eq!(circuit.state(), expected, "{ratio} {answers:?}");
    }
}

#[test]
fn the_wait_grows_with_failed_recoveries_and_begins_anew_after_a_quiet_time() {
    let circuit = Circuit::new(POLICY.with_open_for(secs(4)).with_max_open_for(secs(10)));
    let opens_for = |longest: u64| {
        let left = circuit.breaker.snapshot().tried_in().unwrap();
        assert!((secs(longest) / 2..=secs(longest)).contains(&left), "{left:?} of {longest} s");
        circuit.wait_out();
    };
    circuit.calls(4, DOWN);
    for longest in [4, 8, 10, 10] {
        opens_for(longest);
        circuit.call(DOWN);
    }
    opens_for(10);
    circuit.call(Outcome::Success);
    circuit.calls(4, DOWN);
    opens_for(10);
    circuit.call(Outcome::Success);
    circuit.clock.advance(secs(10));
    circuit.calls(4, DOWN);
    opens_for(4);
}

#[test]
fn waits_are_spread_and_repeat_with_their_seed() {
    let wait = |seed| {
        let circuit = Circuit::new(POLICY);
        let breaker = CircuitBreaker::new(POLICY).with_seed(seed).with_clock(circuit.clock.clone());
        let circuit = Circuit { breaker, clock: circuit.clock };
        circuit.calls(4, DOWN);
        circuit.breaker.snapshot().tried_in().unwrap()
    };
    let mut waits: Vec<_> = (0..20).map(wait).collect();
    assert_eq!(waits, (0..20).map(wait).collect::<Vec<_>>());
    waits.sort();
    waits.dedup();
    assert_eq!(waits.len(), 20);
}

#[test]
fn a_circuit_that_is_forced_open_refuses_and_tries_nothing() {
    for policy in [POLICY, PARKING] {
        let circuit = Circuit::new(policy);
        let before = circuit.pass();
        circuit.breaker.force_open();
        circuit.clock.advance(secs(100_000));
        assert_eq!(circuit.refusal().retry_in(), None);
        assert!(circuit.breaker.foresee(secs(9), &circuit.clock).is_some());
        circuit.settle(before, Outcome::Success);
        assert_eq!(circuit.state(), CircuitState::ForcedOpen);
        circuit.breaker.reset();
        assert_eq!(circuit.state(), CircuitState::Closed);
        circuit.call(Outcome::Success);
    }
}

#[test]
fn a_breaker_that_is_disabled_counts_nothing() {
    let circuit = Circuit::new(POLICY);
    circuit.calls(4, DOWN);
    circuit.breaker.disable();
    circuit.calls(100, DOWN);
    let snapshot = circuit.breaker.snapshot();
    assert_eq!((snapshot.state(), snapshot.opened()), (CircuitState::Disabled, 1));
    circuit.breaker.enable();
    assert_eq!((circuit.state(), circuit.breaker.snapshot().calls()), (CircuitState::Closed, 0));
}

#[test]
fn a_breaker_that_observes_says_what_it_would_do() {
    let circuit = Circuit::new(POLICY);
    circuit.breaker.observe_only();
    circuit.calls(9, DOWN);
    let snapshot = circuit.breaker.snapshot();
    assert_eq!(snapshot.state(), CircuitState::ObserveOnly);
    assert_eq!((snapshot.would_have_opened(), snapshot.opened(), snapshot.calls()), (2, 0, 1));
}

#[test]
fn a_change_by_hand_reaches_those_who_wait() {
    for (state, go) in [("forced", 0), ("disabled", 2), ("observed", 2), ("reset", 1)] {
        let circuit = Circuit::new(PARKING);
        circuit.calls(4, DOWN);
        let waiters = [circuit.waiter(None), circuit.waiter(None)];
        for waiter in &waiters {
            assert!(waiter.waits() > ms(0));
        }
        match state {
            "forced" => circuit.breaker.force_open(),
            "disabled" => circuit.breaker.disable(),
            "observed" => circuit.breaker.observe_only(),
            _ => circuit.breaker.reset(),
        }
        assert!(waiters.iter().any(|waiter| waiter.woken() > 0), "{state}");
        let gone = waiters.iter().filter(|w| matches!(w.ask(), retry_core::Held::Go(_))).count();
        assert_eq!(gone, go, "{state}");
    }
}

#[test]
fn changes_are_told_in_order_and_the_last_one_also_to_those_who_come_later() {
    let circuit = Circuit::new(POLICY);
    let mut early = circuit.breaker.changes();
    assert_eq!(early.borrow_and_update().number(), 0);
    circuit.calls(4, DOWN);
    let change = *early.borrow_and_update();
    assert_eq!((change.from(), change.to()), (CircuitState::Closed, CircuitState::Open));
    circuit.wait_out();
    let probe = circuit.pass();
    assert_eq!(early.borrow_and_update().to(), CircuitState::HalfOpen);
    circuit.settle(probe, Outcome::Success);
    let change = *early.borrow_and_update();
    assert_eq!((change.to(), change.number()), (CircuitState::Closed, 3));
    let other = Circuit::new(POLICY);
    other.breaker.force_open();
    assert_eq!(other.breaker.changes().borrow().to(), CircuitState::ForcedOpen);
}

#[test]
fn a_name_a_cause_and_the_time_left_are_in_a_refusal() {
    let circuit = Circuit::new(POLICY);
    circuit.calls(3, DOWN);
    let long = "x".repeat(10_000);
    let settlement = Settlement::new(DOWN, &circuit.clock).with_cause(&long);
    circuit.breaker.settle(circuit.pass(), &settlement);
    let refusal = circuit.refusal();
    let (kind, text) = refusal.cause().unwrap();
    assert_eq!((kind, text.chars().count()), (ErrorKind::Server, 201));
    assert_eq!(refusal.gate(), Some("stock"));
    assert_eq!(refusal.retry_in(), circuit.breaker.snapshot().tried_in());
}

/// Opens a breaker within a runtime whose time stands still unless all wait.
fn open(breaker: &CircuitBreaker) {
    let request = Request::new(&TokioClock, None, 1);
    for _ in 0..4 {
        let Admission::Go(pass) = breaker.admit(&request) else { panic!("refused") };
        breaker.settle(pass, &Settlement::new(DOWN, &TokioClock));
    }
}

#[tokio::test(start_paused = true)]
async fn a_health_check_runs_while_the_circuit_is_open_and_ends_the_wait() {
    for (closing, state) in [(false, CircuitState::HalfOpen), (true, CircuitState::Closed)] {
        let checks = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&checks);
        let breaker = CircuitBreaker::new(POLICY.with_open_for(secs(60))).with_health_check(
            ms(100),
            move || {
                let check = counted.fetch_add(1, Ordering::SeqCst);
                async move { check == 2 }
            },
        );
        let breaker = if closing { breaker.closing_when_healthy() } else { breaker };
        let mut changes = breaker.changes();
        tokio::time::advance(secs(60)).await;
        assert_eq!(checks.load(Ordering::SeqCst), 0);
        open(&breaker);
        changes.wait_for(|change| change.to() == state).await.unwrap();
        assert_eq!(checks.load(Ordering::SeqCst), 3);
        tokio::time::advance(secs(60)).await;
        tokio::task::yield_now().await;
        assert_eq!(checks.load(Ordering::SeqCst), 3, "it is not open any more");
    }
}

#[tokio::test(start_paused = true)]
async fn a_check_that_panics_or_hangs_is_a_bad_one() {
    let checks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&checks);
    let breaker =
        CircuitBreaker::new(POLICY.with_open_for(secs(60))).with_health_check(ms(100), move || {
            let check = counted.fetch_add(1, Ordering::SeqCst);
            assert_ne!(check, 0, "in the closure");
            async move {
                assert_ne!(check, 1, "in the future");
                if check == 2 {
                    std::future::pending::<()>().await;
                }
                Ok::<(), String>(())
            }
        });
    let mut changes = breaker.changes();
    open(&breaker);
    changes.wait_for(|change| change.to() == CircuitState::HalfOpen).await.unwrap();
    assert_eq!(checks.load(Ordering::SeqCst), 4);
}

#[tokio::test(start_paused = true)]
async fn checks_end_with_the_last_handle() {
    let held = Arc::new(());
    let weak = Arc::downgrade(&held);
    let breaker = CircuitBreaker::new(POLICY).with_health_check(secs(1), move || {
        let held = Arc::clone(&held);
        async move { Arc::strong_count(&held) == 0 }
    });
    open(&breaker);
    tokio::task::yield_now().await;
    drop(breaker);
    tokio::task::yield_now().await;
    assert!(weak.upgrade().is_none());
}

#[test]
fn checks_go_on_in_another_runtime_when_theirs_has_gone() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
    };
    let breaker =
        CircuitBreaker::new(POLICY.with_open_for(secs(60))).with_health_check(ms(1), async || true);
    runtime().block_on(async { open(&breaker) });
    breaker.reset();
    runtime().block_on(async {
        let mut changes = breaker.changes();
        open(&breaker);
        changes.wait_for(|change| change.to() == CircuitState::HalfOpen).await.unwrap();
    });
    breaker.reset();
    open(&breaker);
    assert_eq!(breaker.state(), CircuitState::Open, "without a runtime there are no checks");
}
