//! The counts of the machine, beside what they count.

use std::time::Duration;

use proptest::prelude::*;

use crate::machines::sync::{AtomicU64, Ordering};

use super::bits::Bits;
use super::ring::Ring;
use super::tuning::Tuning;
use super::window::{Call, Counts, Memory};
use super::{Arrival, Breaker, Entry, Manual};
use crate::seams::gate::{Outcome, Pass};
use crate::values::breaker_policy::{BreakerPolicy, OnOpen, Window, WindowUnit};
use crate::values::circuit::CircuitState;
use crate::values::kind::ErrorKind;

const DOWN: Outcome = Outcome::Failure(ErrorKind::Server);

#[test]
fn the_counts_of_a_ring_are_those_of_its_bits_from_many_threads() {
    let (ring, slow) = (Ring::new(7, 1), Bits::new(7));
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let (ring, slow) = (&ring, &slow);
            scope.spawn(move || {
                for call in 0..5_000 {
                    let draw = crate::machines::rng::Rng::seeded(thread << 32 | call).draw();
                    ring.push(Call { failed: draw & 1 == 0, slow: draw & 2 == 0 }, Some(slow));
                    if draw.is_multiple_of(512) {
                        ring.clear(1, Some(slow));
                    }
                }
            });
        }
    });
    assert!(ring.is_sound() && slow.is_sound());
}

#[test]
fn no_call_is_lost_where_many_threads_meet_in_a_new_tenth() {
    let policy = BreakerPolicy::new()
        .with_window(Window::Time(Duration::from_millis(1)))
        .with_min_calls(u32::MAX);
    let (memory, tuning) = (Memory::new(&policy), Tuning::new(&policy));
    for round in 1..200_u64 {
        let now = round * 1_000_000;
        std::thread::scope(|scope| {
            for failed in [true, false] {
                let (memory, tuning) = (&memory, &tuning);
                scope.spawn(move || {
                    for _ in 0..10 {
                        memory.record(tuning, Call { failed, slow: false }, || now);
                    }
                });
            }
        });
        assert_eq!(
            memory.counts(WindowUnit::Nanos, now),
            Counts { calls: 20, failures: 10, slow: 0 }
        );
    }
}

const POLICIES: [BreakerPolicy; 6] = {
    let base = BreakerPolicy::new().with_min_calls(1);
    [
        base.with_min_calls(20),
        base.with_window(Window::Count(7)).with_slow_call(Duration::from_nanos(50)),
        base.with_window(Window::Count(1_000)).with_on_open(OnOpen::Refuse),
        base.with_window(Window::Time(Duration::from_millis(1))),
        base.with_window(Window::Time(Duration::from_secs(9)))
            .with_slow_call(Duration::from_nanos(200)),
        base.with_consecutive_failures(2).without_window(),
    ]
};

#[derive(Clone, Debug)]
enum Step {
    Begin,
    End(usize, Outcome),
    Overdue(usize),
    Advance(u64),
    SetPolicy(usize),
    ByHand(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let outcome = prop_oneof![Just(DOWN), Just(Outcome::Success), Just(Outcome::Abandoned)];
    let step = prop_oneof![
        8 => Just(Step::Begin),
        8 => (0..9_usize, outcome).prop_map(|(at, outcome)| Step::End(at, outcome)),
        2 => (0..9_usize).prop_map(Step::Overdue),
        3 => (0..2_000_000_000_u64).prop_map(Step::Advance),
        4 => (1..300_u64).prop_map(Step::Advance),
        3 => (0..POLICIES.len()).prop_map(Step::SetPolicy),
        1 => (0..4_usize).prop_map(Step::ByHand),
    ];
    prop::collection::vec(step, 0..200)
}

/// Arrives, and does not wait.
fn begin(breaker: &Breaker, now: u64) -> Option<Pass> {
    if let Some(pass) = breaker.enter(|| now) {
        return Some(pass);
    }
    match breaker.arrive(Arrival { now, ends_at: u64::MAX, first: true }).0 {
        Entry::Go(pass) => Some(pass),
        Entry::Refuse(_) => None,
        Entry::Hold(ticket) => {
            drop(breaker.leave(ticket, now));
            None
        }
    }
}

proptest! {
    #[test]
    fn whatever_policies_it_is_given_its_counts_are_sound(steps in steps()) {
        let breaker = Breaker::new(POLICIES[0], 7);
        let (mut now, mut running) = (1 << 50, Vec::new());
        for step in steps {
            match step {
                Step::Begin => running.extend(begin(&breaker, now).map(|pass| (pass, 0))),
                Step::End(at, outcome) if at < running.len() => {
                    drop(breaker.settle(running.remove(at).0, outcome, || now));
                }
                Step::Overdue(at) if at < running.len() => {
                    // As the driver tells it: once for each limit, and only a longer one again.
                    let (pass, outrun) = &mut running[at];
                    let limit = breaker.slow_call();
                    if limit > *outrun {
                        *outrun = limit;
                        drop(breaker.overdue(*pass, now));
                    }
                }
                Step::Advance(time) => now += time,
                Step::SetPolicy(number) => drop(breaker.set_policy(&POLICIES[number], now)),
                Step::ByHand(number) => drop(breaker.set(
                    [Manual::ForceOpen, Manual::Disable, Manual::ObserveOnly, Manual::Close][number],
                )),
                Step::End(..) | Step::Overdue(_) => {}
            }
            let counts = breaker.counts(now);
            prop_assert!(counts.failures <= counts.calls && counts.slow <= counts.calls);
            prop_assert!(breaker.memory.ring.is_sound());
            prop_assert!(breaker.memory.slow_bits().is_none_or(Bits::is_sound));
        }
        for (pass, _) in running {
            drop(breaker.settle(pass, DOWN, || now));
        }
        prop_assert_eq!(breaker.running(), 0, "whoever was recorded while it ran has ended");
    }
}

/// The failures of many calls, seen among the few places of a ring that was shrinking, opened it.
#[test]
fn threads_that_record_while_the_window_changes_leave_nothing_that_opens_it() {
    let policy = BreakerPolicy::new().with_failure_ratio(0.9);
    let (breaker, made) = (Breaker::new(policy, 7), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for call in 1..=20_000 {
                    let outcome = if call % 4 == 0 { DOWN } else { Outcome::Success };
                    if let Some(pass) = breaker.enter(|| 1) {
                        drop(breaker.settle(pass, outcome, || 1));
                    }
                    made.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for round in 0_u64.. {
            // A call that was being recorded may be left as a failure, so others have to come.
            let enough = made.load(Ordering::Relaxed) + 200;
            if enough > 60_000 {
                break;
            }
            while made.load(Ordering::Relaxed) < enough {
                std::thread::yield_now();
            }
            let window = match round % 6 {
                0 => Window::Time(Duration::from_secs(9)),
                1 => Window::Time(Duration::from_secs(8)),
                2 => Window::Count(1_000),
                3 => Window::Count(20),
                4 => Window::Count(400),
                _ => Window::Count(30),
            };
            drop(breaker.set_policy(&policy.with_window(window), 1));
        }
    });
    assert!(breaker.memory.ring.is_sound());
    assert_eq!(breaker.state(), CircuitState::Closed, "one in four failed");
}
