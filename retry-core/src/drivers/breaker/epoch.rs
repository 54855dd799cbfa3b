//! Instants as nanoseconds.
//!
//! The machine counts time in a `u64`, from a start that is the same for all breakers of a process,
//! so that none has to keep one. A virtual clock may have begun before the first breaker was used:
//! there is room for that.

use std::sync::OnceLock;
use std::time::Instant;

use crate::seams::clock::Clock;
use crate::values::nanos;

static FIRST: OnceLock<Instant> = OnceLock::new();

/// What the first instant is; earlier ones by more than this are all the same.
const ROOM: u64 = 30 * 24 * 60 * 60 * 1_000_000_000;

/// The clock's present time.
pub(super) fn now(clock: &dyn Clock) -> u64 {
    nanos_at(clock.now())
}

/// An instant in nanoseconds, at least 1.
pub(super) fn nanos_at(instant: Instant) -> u64 {
    let first = *FIRST.get_or_init(|| instant);
    let since = |earlier: Instant, later: Instant| {
        later.checked_duration_since(earlier).map(nanos::saturating)
    };
    match since(first, instant) {
        Some(after) => ROOM.saturating_add(after),
        None => ROOM.saturating_sub(since(instant, first).unwrap_or(0)).max(1),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn instants_before_the_first_one_keep_their_distance() {
        let first = Instant::now();
        let day = Duration::from_secs(86_400);
        let at = nanos_at(first);
        assert_eq!(nanos_at(first + day) - at, nanos::saturating(day));
        if let Some(earlier) = first.checked_sub(day) {
            assert_eq!(at - nanos_at(earlier), nanos::saturating(day));
        }
    }
}
