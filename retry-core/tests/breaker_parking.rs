//! Waiting for a circuit to close: who goes first, who goes next, and who is woken.

mod circuit;

use std::time::Duration;

use circuit::{Circuit, DOWN, Waiter, ms, secs};
use retry_core::{
    Admission, BreakerPolicy, CircuitState, Clock, ErrorKind, Held, OnOpen, Outcome, Pass,
};

const POLICY: BreakerPolicy = BreakerPolicy::new().with_consecutive_failures(5);

fn opened(policy: BreakerPolicy) -> Circuit {
    let circuit = Circuit::new(policy);
    circuit.calls(5, DOWN);
    assert_eq!(circuit.state(), CircuitState::Open);
    circuit
}

fn waiters(circuit: &Circuit, count: usize) -> Vec<Waiter<'_>> {
    let waiters: Vec<_> = (0..count).map(|_| circuit.waiter(None)).collect();
    for waiter in &waiters {
        waiter.waits();
    }
    assert_eq!(waiters.iter().map(Waiter::woken).sum::<usize>(), 0);
    waiters
}

/// The waiters that were woken since this was last asked.
fn woken(waiters: &[Waiter]) -> Vec<usize> {
    (0..waiters.len()).filter(|index| waiters[*index].woken() > 0).collect()
}

/// Lets the time of the next probe come: the keeper asks, and the newest is called.
fn probe(circuit: &Circuit, waiters: &[Waiter]) -> Pass {
    circuit.wait_out();
    waiters[0].waits();
    let newest = waiters.len() - 1;
    assert_eq!(woken(waiters), [newest]);
    waiters[newest].goes()
}

#[test]
fn a_probe_is_made_with_the_newest_and_the_ramp_begins_with_the_oldest() {
    let circuit = opened(POLICY);
    let waiters = waiters(&circuit, 6);
    let pass = probe(&circuit, &waiters);
    assert_eq!(circuit.state(), CircuitState::HalfOpen);
    circuit.settle(pass, Outcome::Success);
    assert_eq!(circuit.state(), CircuitState::Ramping);
    assert_eq!(woken(&waiters), [0, 4], "the oldest goes, and another keeps the time for it");
    waiters[4].waits();
    circuit.settle(waiters[0].goes(), Outcome::Success);
    assert_eq!(woken(&waiters), [1, 2], "each success lets one more go");
    let passes = [waiters[1].goes(), waiters[2].goes()];
    circuit.settle(passes[0], Outcome::Success);
    assert_eq!(woken(&waiters), [3, 4]);
    assert_eq!(circuit.state(), CircuitState::Closed, "nobody waits any more");
}

#[test]
fn only_one_keeps_the_time_of_the_next_probe() {
    let circuit = opened(POLICY);
    let left = circuit.breaker.snapshot().tried_in().unwrap();
    let first = circuit.waiter(None);
    let second = circuit.waiter(Some(secs(2)));
    assert_eq!((first.waits(), second.waits()), (left, secs(2)));
    first.leave();
    assert_eq!(second.woken(), 1, "another takes over");
    assert_eq!(second.waits(), left);
}

#[test]
fn an_event_wakes_few_of_a_thousand() {
    let circuit = opened(POLICY);
    let waiters = waiters(&circuit, 1_000);
    assert!(matches!(circuit.admit(), Admission::Refuse(_)), "and there is room for no more");
    let pass = probe(&circuit, &waiters);
    circuit.settle(pass, DOWN);
    assert_eq!(circuit.state(), CircuitState::Open);
    assert_eq!(woken(&waiters), [0], "the keeper learns of the new time");
    assert_eq!(waiters[0].waits(), circuit.breaker.snapshot().tried_in().unwrap());
}

#[test]
fn the_gap_is_as_long_as_the_outage_so_far_within_what_the_calls_bear() {
    // How many calls begin between two probes beside the one that probes, its attempt, and the
    // longest gap where `every` is the time between two calls.
    type Longest = fn(Duration) -> Duration;
    let cases: [(u32, u32, Longest); 3] = [
        (0, 1, |every| (every * 3).clamp(secs(1), secs(10))),
        (50, 1, |_| secs(1)),
        // Only retries: nobody's time runs out that was not there before.
        (0, 2, |_| secs(10)),
    ];
    for (others, attempt, longest) in cases {
        let circuit = opened(POLICY);
        let opened_at = circuit.clock.now();
        let mut begun = 0;
        for _ in 0..15 {
            (0..others).for_each(|_| circuit.waiter(None).leave());
            circuit.wait_out();
            let outage = circuit.clock.now() - opened_at;
            circuit.settle(circuit.pass_of(attempt), DOWN);
            begun += others + 1;
            let gap = outage.max(ms(100)).min(longest(outage / begun));
            let left = circuit.breaker.snapshot().tried_in().unwrap();
            assert!((gap / 2..=gap).contains(&left), "{left:?} of {gap:?} after {outage:?}");
        }
    }
}

#[test]
fn a_probe_that_hangs_is_a_gap_by_itself() {
    let circuit = opened(POLICY);
    (0..30).for_each(|_| circuit.waiter(None).leave());
    circuit.clock.advance(secs(5));
    let pass = circuit.pass();
    circuit.clock.advance(secs(2));
    circuit.settle(pass, DOWN);
    assert_eq!(circuit.breaker.snapshot().tried_in(), Some(Duration::ZERO));
}

#[test]
fn in_the_ramp_a_call_needs_twice_the_time_of_a_success() {
    let circuit = opened(POLICY);
    let (first, late) = (circuit.waiter(None), circuit.waiter(Some(secs(10))));
    let newest = circuit.waiter(None);
    for waiter in [&first, &late, &newest] {
        waiter.waits();
    }
    circuit.clock.advance(secs(6));
    first.waits();
    circuit.settle(newest.goes(), Outcome::Success);
    let pass = first.goes();
    late.waits();
    circuit.clock.advance(ms(1_500));
    circuit.settle(pass, Outcome::Success);
    assert!(late.woken() > 0 && late.is_refused(), "2.5 s are too few where 1.5 are usual");
}

#[test]
fn an_outage_of_two_seconds_is_over_soon_after_its_end() {
    let circuit = opened(POLICY);
    let start = circuit.clock.clone();
    let mut down_for = std::time::Duration::ZERO;
    loop {
        let left = circuit.breaker.snapshot().tried_in().unwrap();
        start.advance(left);
        down_for += left;
        if down_for >= secs(2) {
            break circuit.call(Outcome::Success);
        }
        circuit.call(DOWN);
    }
    assert_eq!(circuit.state(), CircuitState::Closed);
    assert!(down_for < secs(4), "{down_for:?}");
}

#[test]
fn nobody_waits_past_the_deadline_or_for_ever() {
    let circuit = opened(POLICY);
    let (short, long) = (circuit.waiter(Some(ms(30))), circuit.waiter(None));
    assert!(short.waits() <= ms(30));
    long.waits();
    circuit.clock.advance(ms(30));
    assert!(short.is_refused());
    assert!(long.woken() > 0 && long.waits() < secs(30), "it keeps the time now");
    circuit.breaker.force_open();
    circuit.breaker.reset();
    assert_eq!(circuit.state(), CircuitState::Ramping);
    let circuit =
        opened(POLICY.with_park_for(secs(2)).with_probe_gap(secs(5)).with_open_for(secs(5)));
    let patient = circuit.waiter(None);
    patient.waits();
    circuit.clock.advance(secs(2));
    assert!(patient.is_refused());
    assert_eq!(circuit.breaker.snapshot().waiting(), 0);
    assert!(matches!(circuit.admit_for(ms(0)), Admission::Refuse(_)), "no time left at all");
}

#[test]
fn one_who_leaves_with_a_pass_in_hand_gives_it_to_the_next() {
    let circuit = opened(POLICY);
    let waiters = waiters(&circuit, 3);
    circuit.wait_out();
    waiters[0].waits();
    assert_eq!(woken(&waiters), [2]);
    waiters[2].leave();
    assert_eq!(woken(&waiters), [1]);
    let pass = waiters[1].goes();
    assert_eq!(circuit.breaker.snapshot().in_flight(), 1);
    circuit.settle(pass, Outcome::Success);
    assert_eq!(woken(&waiters), [0]);
    waiters[0].leave();
    assert_eq!(circuit.state(), CircuitState::Closed);
}

#[test]
fn one_who_was_called_and_comes_too_late_waits_again() {
    let circuit = opened(POLICY.with_lease(secs(1)));
    let waiters = waiters(&circuit, 2);
    circuit.wait_out();
    assert!(waiters[0].waits() <= secs(1));
    circuit.clock.advance(secs(1));
    waiters[0].goes();
    waiters[1].waits();
    assert_eq!(circuit.breaker.snapshot().in_flight(), 1);
}

#[test]
fn a_failure_halves_the_ramp_and_five_in_a_row_end_it() {
    let circuit = opened(POLICY);
    let waiters = waiters(&circuit, 40);
    circuit.settle(probe(&circuit, &waiters), Outcome::Success);
    let mut passes = vec![waiters[0].goes()];
    let mut next = 1;
    while passes.len() < 8 {
        circuit.settle(passes.remove(0), Outcome::Success);
        while let Held::Go(pass) = waiters[next].ask() {
            passes.push(pass);
            next += 1;
        }
    }
    for left in [4, 2, 1, 1] {
        circuit.settle(passes.pop().unwrap(), DOWN);
        assert_eq!(circuit.state(), CircuitState::Ramping);
        while passes.len() > left {
            circuit.settle(passes.pop().unwrap(), Outcome::Abandoned);
        }
        if let Held::Go(pass) = waiters[next].ask() {
            passes.push(pass);
            next += 1;
        }
        assert_eq!(circuit.breaker.snapshot().in_flight() as usize, left);
    }
    circuit.settle(passes.pop().unwrap(), DOWN);
    assert_eq!(circuit.state(), CircuitState::Open);
}

#[test]
fn a_throttle_shows_that_the_other_side_is_there() {
    let circuit = opened(POLICY);
    circuit.wait_out();
    circuit.call(Outcome::Failure(ErrorKind::RateLimit));
    assert_eq!(circuit.state(), CircuitState::Closed);
}

/// A circuit that knows that a good call takes 10 ms, open.
fn measured() -> Circuit {
    let circuit = Circuit::new(POLICY);
    for _ in 0..64 {
        let pass = circuit.pass();
        circuit.clock.advance(ms(10));
        circuit.settle(pass, Outcome::Success);
    }
    circuit.calls(5, DOWN);
    circuit
}

#[test]
fn those_without_the_time_to_be_served_are_passed_over() {
    let circuit = measured();
    let left = circuit.breaker.snapshot().tried_in().unwrap();
    let late = circuit.waiter(Some(left + ms(5)));
    let (early, next, newest) = (circuit.waiter(None), circuit.waiter(None), circuit.waiter(None));
    for waiter in [&late, &early, &next, &newest] {
        waiter.waits();
    }
    circuit.wait_out();
    late.waits();
    circuit.settle(newest.goes(), Outcome::Success);
    assert!(late.woken() > 0 && late.is_refused(), "5 ms are too few where 10 are usual");
    assert!(early.woken() > 0);
    early.goes();
    next.waits();
}

#[test]
fn the_ramp_grows_only_while_answers_are_fast() {
    for (took, window) in [(10, 2), (19, 2), (25, 1), (45, 1)] {
        let circuit = measured();
        let waiters = waiters(&circuit, 9);
        circuit.settle(probe(&circuit, &waiters), Outcome::Success);
        let pass = waiters[0].goes();
        circuit.clock.advance(ms(took));
        circuit.settle(pass, Outcome::Success);
        assert_eq!(circuit.breaker.snapshot().in_flight(), window, "after {took} ms");
    }
}

#[test]
fn in_the_ramp_one_who_arrives_goes_behind_those_who_wait() {
    let circuit = opened(POLICY);
    let waiters = waiters(&circuit, 3);
    circuit.settle(probe(&circuit, &waiters), Outcome::Success);
    assert!(matches!(circuit.admit(), Admission::Hold(_)));
    assert_eq!(circuit.breaker.snapshot().waiting(), 2);
}

#[test]
fn the_room_is_bounded() {
    let circuit = opened(POLICY.with_on_open(OnOpen::Park { max_waiting: 2 }));
    let waiters = waiters(&circuit, 2);
    assert!(circuit.refusal().retry_in().is_some());
    waiters[0].leave();
    assert!(matches!(circuit.admit(), Admission::Hold(_)));
    assert_eq!(circuit.breaker.snapshot().refused(), 1);
}

#[test]
fn a_hung_attempt_of_the_ramp_does_not_hold_up_the_others() {
    let circuit = opened(POLICY.with_lease(secs(1)));
    let waiters = waiters(&circuit, 4);
    circuit.settle(probe(&circuit, &waiters), Outcome::Success);
    let hung = waiters[0].goes();
    let keeper = waiters[1].waits().min(waiters[2].waits());
    assert!(keeper <= secs(1), "one of them asks when its lease is over");
    circuit.clock.advance(secs(1));
    waiters[2].waits();
    waiters[1].goes();
    circuit.settle(hung, DOWN);
    assert_eq!(circuit.breaker.snapshot().in_flight(), 1);
}
