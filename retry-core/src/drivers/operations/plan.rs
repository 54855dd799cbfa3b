//! What is in force for an operation in place of what its code says.
//!
//! A call keeps to the plan that it began under, so a plan must not go while anybody may still look
//! at it. Counting its users would make all calls of a busy function meet at one counter. So plans
//! are kept for the rest of the process: an operation that returns to settings that it had before
//! returns to their plan, and how many there are is bounded.

use std::sync::{Mutex, OnceLock, PoisonError};

use crate::drivers::operations::gating::Gating;
use crate::values::preset::Preset;

/// Settings that are in force, and the gates that they name.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The policy as it is, and which gates there are. What the gates are made from is with them.
    pub(crate) preset: Preset,
    pub(crate) gating: Gating,
}

/// A plan as a call keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlanId(u32);

/// The chunks double: plans are found without a lock, and are nowhere moved.
const FIRST_CHUNK: u32 = 64;
const CHUNKS: usize = 11;

/// How many plans a process keeps.
pub(crate) const MOST: u32 = FIRST_CHUNK * ((1 << CHUNKS) - 1);

static TABLE: [OnceLock<Chunk>; CHUNKS] = [const { OnceLock::new() }; CHUNKS];
static KEPT: Mutex<u32> = Mutex::new(0);

type Chunk = Box<[OnceLock<Plan>]>;

impl PlanId {
    /// Nobody has called yet.
    pub(crate) const UNSEEN: Self = Self(u32::MAX);
    /// As the code says.
    pub(crate) const CODE: Self = Self(0);

    pub(crate) const fn bits(self) -> u32 {
        self.0
    }

    pub(crate) const fn of(bits: u32) -> Self {
        Self(bits)
    }

    /// `None` where the code has the word.
    #[inline]
    pub(crate) fn get(self) -> Option<&'static Plan> {
        if self == Self::CODE { None } else { self.look_up() }
    }

    #[cold]
    fn look_up(self) -> Option<&'static Plan> {
        let (chunk, place) = slot(self.0.checked_sub(1)?);
        TABLE.get(chunk)?.get()?.get(place)?.get()
    }

    /// Keeps a plan; `None` when there are as many as are kept.
    pub(crate) fn keep(preset: &Preset) -> Option<Self> {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if *kept == MOST {
            return None;
        }
        let (chunk, place) = slot(*kept);
        let size = (FIRST_CHUNK as usize) << chunk;
        let chunk = TABLE[chunk].get_or_init(|| (0..size).map(|_| OnceLock::new()).collect());
        chunk[place].get_or_init(|| Plan { preset: *preset, gating: Gating::new() });
        *kept += 1;
        Some(Self(*kept))
    }
}

/// The chunk of a plan, and its place there.
const fn slot(number: u32) -> (usize, usize) {
    let chunk = (number / FIRST_CHUNK + 1).ilog2();
    let before = FIRST_CHUNK * ((1 << chunk) - 1);
    (chunk as usize, (number - before) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::policy::RetryPolicy;

    #[test]
    fn every_number_has_a_place_of_its_own() {
        let (mut chunk, mut place) = (0, 0);
        for number in 0..MOST {
            assert_eq!(slot(number), (chunk, place), "{number}");
            place += 1;
            if place == (FIRST_CHUNK as usize) << chunk {
                (chunk, place) = (chunk + 1, 0);
            }
        }
        assert_eq!(chunk, CHUNKS);
    }

    #[test]
    fn a_plan_is_found_by_its_number() {
        let attempts = |n| Preset::new(RetryPolicy::new().with_max_attempts(n));
        let plans: Vec<_> = (1..300).map(|n| PlanId::keep(&attempts(n)).unwrap()).collect();
        for (id, n) in plans.into_iter().zip(1..) {
            assert_eq!(id.get().unwrap().preset, attempts(n));
        }
        assert!(PlanId::CODE.get().is_none() && PlanId::UNSEEN.get().is_none());
    }
}
