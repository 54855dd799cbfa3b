//! The counts of the machine, beside what they count.

use super::ring::Ring;
use super::window::{Call, Counts, Memory};
use crate::values::breaker_policy::{BreakerPolicy, Window};

#[test]
fn the_counts_of_a_ring_are_those_of_its_bits_from_many_threads() {
    let ring = Ring::new(7, true);
    std::thread::scope(|scope| {
        for thread in 0..4_u64 {
            let ring = &ring;
            scope.spawn(move || {
                for call in 0..5_000 {
                    let draw = crate::machines::rng::Rng::seeded(thread << 32 | call).draw();
                    ring.push(draw & 1 == 0, draw & 2 == 0);
                    if draw.is_multiple_of(512) {
                        ring.clear();
                    }
                }
            });
        }
    });
    assert!(ring.is_sound());
}

#[test]
fn no_call_is_lost_where_many_threads_meet_in_a_new_tenth() {
    let policy = BreakerPolicy::new()
        .with_window(Window::Time(std::time::Duration::from_millis(1)))
        .with_min_calls(u32::MAX);
    let memory = Memory::new(&policy);
    for round in 1..200_u64 {
        let now = round * 1_000_000;
        std::thread::scope(|scope| {
            for failed in [true, false] {
                let (memory, policy) = (&memory, &policy);
                scope.spawn(move || {
                    for _ in 0..10 {
                        memory.record(policy, Call { failed, slow: false }, || now);
                    }
                });
            }
        });
        assert_eq!(memory.counts(now), Counts { calls: 20, failures: 10, slow: 0 });
    }
}
