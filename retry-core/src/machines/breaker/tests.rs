//! The counts of the machine, beside what they count.

use super::bits::Bits;
use super::ring::Ring;
use super::tuning::Tuning;
use super::window::{Call, Counts, Memory};
use crate::values::breaker_policy::{BreakerPolicy, Window, WindowUnit};

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
        .with_window(Window::Time(std::time::Duration::from_millis(1)))
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
