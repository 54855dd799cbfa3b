//! Instants as nanoseconds.
//!
//! The machines count time in a `u64`, from a start that is the same for all of a process, so that
//! none has to keep one, and what has a machine can be built in a `const`. A virtual clock may have begun before the first breaker was used:
//! there is room for that.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::seams::clock::Clock;

static FIRST: OnceLock<Instant> = OnceLock::new();

/// What the first instant is; earlier ones by more than this are all the same.
const ROOM: u64 = 30 * 24 * 60 * 60 * 1_000_000_000;

/// The clock's present time.
pub(crate) fn now(clock: &dyn Clock) -> u64 {
    nanos_at(clock.now())
}

/// An instant in nanoseconds, at least 1.
pub(crate) fn nanos_at(instant: Instant) -> u64 {
    let first = *FIRST.get_or_init(|| instant);
    match instant.checked_duration_since(first) {
        Some(after) => ROOM.saturating_add(whole(after)),
        None => ROOM.saturating_sub(whole(first.saturating_duration_since(instant))).max(1),
    }
}

/// The instant of so many nanoseconds.
pub(crate) fn instant_at(nanos: u64) -> Option<Instant> {
    let first = *FIRST.get()?;
    match nanos.checked_sub(ROOM) {
        Some(after) => first.checked_add(Duration::from_nanos(after)),
        None => first.checked_sub(Duration::from_nanos(ROOM - nanos)),
    }
}

/// The same as [`nanos::saturating`], in half as many instructions: it is in the way of calls.
///
/// [`nanos::saturating`]: crate::values::nanos::saturating
#[inline]
const fn whole(time: Duration) -> u64 {
    time.as_secs().saturating_mul(1_000_000_000).saturating_add(time.subsec_nanos() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_before_the_first_one_keep_their_distance() {
        let first = Instant::now();
        let day = Duration::from_secs(86_400);
        let at = nanos_at(first);
        assert_eq!(nanos_at(first + day) - at, whole(day));
        assert_eq!(instant_at(nanos_at(first + day)), Some(first + day));
        if let Some(earlier) = first.checked_sub(day) {
            assert_eq!(at - nanos_at(earlier), whole(day));
            assert_eq!(instant_at(nanos_at(earlier)), Some(earlier));
        }
    }
}
