//! Whether the delays of a call fit into its timeout.

use std::time::Duration;

use crate::attribute::keys::Keys;
use crate::attribute::value::{Jitter, Value};

/// More terms than this are not added up one by one: by then the delay is at its cap.
const MANY: u32 = 1_000;

/// A text that says by how much the call cannot fit, where the literals show it.
///
/// The sum is that of the longest delays, and of the attempts where they have a limit.
pub(crate) fn beyond_timeout(keys: &Keys) -> Option<String> {
    let timeout = keys.timeout.as_ref()?.known?;
    if keys.policy.is_some() || !keys.on.is_empty() {
        return None;
    }
    let attempts = known_or(keys.max_attempts.as_ref(), 3)?;
    let delays = longest_delays(keys, attempts)?;
    let each = match &keys.attempt_timeout {
        None => Duration::ZERO,
        Some(each) => each.known?,
    };
    let running = each.saturating_mul(attempts);
    let total = delays.saturating_add(running);
    if total <= timeout {
        return None;
    }
    let running = if running.is_zero() {
        String::new()
    } else {
        format!(" and the attempts to {running:?}, together {total:?}")
    };
    Some(format!(
        "with {attempts} attempts the delays can add up to {delays:?}{running}, which is more than `timeout` = {timeout:?}: the last attempts may never be made"
    ))
}

fn known_or<T: Copy>(value: Option<&Value<T>>, default: T) -> Option<T> {
    value.map_or(Some(default), |value| value.known)
}

/// The sum of the longest delays between so many attempts.
fn longest_delays(keys: &Keys, attempts: u32) -> Option<Duration> {
    let initial = known_or(keys.initial_delay.as_ref(), Duration::from_millis(100))?.as_secs_f64();
    let cap = known_or(keys.max_delay.as_ref(), Duration::from_secs(30))?.as_secs_f64();
    let strategy = known_or(keys.strategy.as_ref(), "Exponential")?;
    let multiplier = known_or(keys.multiplier.as_ref(), 2.0)?;
    let (spread, decorrelated) = match keys.jitter.as_ref().map(|jitter| &jitter.known) {
        None | Some(Some(Jitter::Word(_))) => (1.0, is_decorrelated(keys)),
        Some(Some(Jitter::Ratio(ratio))) => (1.0 + ratio, false),
        Some(None) => return None,
    };
    let mut total = 0.0;
    let (mut grown, mut before) = (initial, 0.0);
    let mut previous = initial;
    let delays = attempts - 1;
    for number in 1..=delays.min(MANY) {
        let longest = if decorrelated {
            previous * 3.0
        } else {
            match strategy {
                "Fixed" => initial,
                "Linear" => initial * f64::from(number),
                "Random" => cap,
                _ => grown,
            }
        };
        previous = (longest * spread).min(cap);
        total += previous;
        (grown, before) = match strategy {
            "Fibonacci" if number == 1 => (initial, initial),
            "Fibonacci" => (grown + before, grown),
            _ => (grown * multiplier, before),
        };
    }
    total += previous * f64::from(delays.saturating_sub(MANY));
    // To the millisecond: the sum is for a person.
    Some(Duration::try_from_secs_f64((total * 1e3).round() / 1e3).unwrap_or(Duration::MAX))
}

fn is_decorrelated(keys: &Keys) -> bool {
    keys.jitter
        .as_ref()
        .is_some_and(|jitter| matches!(jitter.known, Some(Jitter::Word("Decorrelated"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::mistakes::Mistakes;

    fn sum(attribute: &str) -> Option<Duration> {
        let keys = Keys::read(attribute.parse().unwrap(), &mut Mistakes::default());
        longest_delays(&keys, known_or(keys.max_attempts.as_ref(), 3)?)
    }

    #[test]
    fn the_sum_is_that_of_the_longest_delays() {
        for (attribute, milliseconds) in [
            ("", 300),
            ("max_attempts = 5", 1_500),
            ("max_attempts = 5, multiplier = 3", 4_000),
            ("max_attempts = 4, strategy = \"fixed\"", 300),
            ("max_attempts = 4, strategy = \"linear\"", 600),
            ("max_attempts = 6, strategy = \"fibonacci\"", 1_200),
            ("max_attempts = 3, strategy = \"random\", max_delay = \"1s\"", 2_000),
            ("max_attempts = 4, jitter = \"decorrelated\"", 300 + 900 + 2_700),
            ("max_attempts = 3, jitter = 0.5", 450),
            ("max_attempts = 5, max_delay = \"250ms\"", 800),
            ("max_attempts = 1", 0),
        ] {
            assert_eq!(sum(attribute), Some(Duration::from_millis(milliseconds)), "{attribute}");
        }
    }

    #[test]
    fn what_only_the_compiler_knows_has_no_sum() {
        assert_eq!(sum("max_attempts = MANY"), None);
        assert_eq!(sum("strategy = by_hand"), None);
        assert_eq!(sum("initial_delay = TICK"), None);
    }
}
