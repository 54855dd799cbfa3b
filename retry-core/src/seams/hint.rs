//! How long a server asks to be left alone, read out of its response.
//!
//! A server that is overloaded knows better than any strategy when to come back, and says so in one
//! of several headers, none of which is always written as its standard has it. Everything that can
//! be read is read, what cannot is passed over, and a wait is only ever rounded up: nobody comes
//! back earlier than told.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue};

/// The wait that the headers of a response ask for, counted from `now`; `None` where they ask for
/// none.
///
/// | header | value | wait |
/// |---|---|---|
/// | `retry-after` | a number | seconds |
/// | | a date: IMF-fixdate, RFC 850 or asctime | until then |
/// | `retry-after-ms` | a number | milliseconds |
/// | `x-ratelimit-reset`, `x-ratelimit-reset-after`, `ratelimit-reset` | a number up to 10⁹ | seconds |
/// | | a number above 10⁹ | until this Unix time in seconds |
/// | | a number above 10¹² | until this Unix time in milliseconds |
///
/// - A fraction counts as the whole second or millisecond above it.
/// - A time that has passed is a wait of zero; a number beyond all durations is
///   [`Duration::MAX`].
/// - Of several waits the longest counts, whether in several headers or in one that is repeated.
/// - White space around a value is nothing. What is no number and no date asks for nothing:
///   garbage, a negative number, an empty value, a value that is not ASCII.
/// - Many servers name the end of a rate limit's window in every response. It is only a wait when
///   the limit is used up: the reset headers are passed over where `x-ratelimit-remaining` or
///   `ratelimit-remaining`, in the same style, says that calls are left.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use http::HeaderMap;
///
/// let mut headers = HeaderMap::new();
/// headers.insert("retry-after", "1.2".parse()?);
/// headers.append("retry-after-ms", "700".parse()?);
/// let wait = retry_core::retry_after(&headers, SystemTime::now());
/// assert_eq!(wait, Some(Duration::from_secs(2)));
/// # Ok::<_, http::header::InvalidHeaderValue>(())
/// ```
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    HEADERS.iter().filter_map(|header| header.longest(headers, now)).max()
}

/// A header that can ask for a wait.
struct Header {
    name: HeaderName,
    read: fn(&str, SystemTime) -> Option<Duration>,
    /// The header that says how many calls are left until then.
    left: Option<HeaderName>,
}

static HEADERS: [Header; 5] = [
    Header { name: http::header::RETRY_AFTER, read: seconds_or_date, left: None },
    Header { name: HeaderName::from_static("retry-after-ms"), read: milliseconds, left: None },
    Header {
        name: HeaderName::from_static("x-ratelimit-reset"),
        read: reset,
        left: Some(HeaderName::from_static("x-ratelimit-remaining")),
    },
    Header {
        name: HeaderName::from_static("x-ratelimit-reset-after"),
        read: reset,
        left: Some(HeaderName::from_static("x-ratelimit-remaining")),
    },
    Header {
        name: HeaderName::from_static("ratelimit-reset"),
        read: reset,
        left: Some(HeaderName::from_static("ratelimit-remaining")),
    },
];

impl Header {
    fn longest(&self, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
        let values = headers.get_all(&self.name).into_iter();
        let longest = values.filter_map(|value| (self.read)(text(value)?, now)).max()?;
        let left = self.left.as_ref().and_then(|left| whole(text(headers.get(left)?)?));
        left.is_none_or(|left| left == 0).then_some(longest)
    }
}

fn text(value: &HeaderValue) -> Option<&str> {
    Some(value.to_str().ok()?.trim_ascii())
}

fn seconds_or_date(value: &str, now: SystemTime) -> Option<Duration> {
    if let Some(seconds) = whole(value) {
        return Some(scaled(seconds, Duration::from_secs));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

fn milliseconds(value: &str, _: SystemTime) -> Option<Duration> {
    Some(scaled(whole(value)?, Duration::from_millis))
}

fn reset(value: &str, now: SystemTime) -> Option<Duration> {
    // Above the first a number is a time, above the second one in milliseconds.
    const UNIX_SECONDS: u128 = 1_000_000_000;
    const UNIX_MILLISECONDS: u128 = 1_000_000_000_000;
    let number = whole(value)?;
    let unit = if number > UNIX_MILLISECONDS { Duration::from_millis } else { Duration::from_secs };
    let time = scaled(number, unit);
    if number <= UNIX_SECONDS || time == Duration::MAX {
        return Some(time);
    }
    Some(match now.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(now) => time.saturating_sub(now),
        // A clock before 1970 is further away.
        Err(before) => time.saturating_add(before.duration()),
    })
}

fn scaled(number: u128, unit: fn(u64) -> Duration) -> Duration {
    u64::try_from(number).map_or(Duration::MAX, unit)
}

/// A decimal number, not negative, with its fraction rounded up. It saturates, far above every
/// `u64`.
fn whole(value: &str) -> Option<u128> {
    let (digits, fraction) = value.split_once('.').unwrap_or((value, "0"));
    let digital = |digits: &str| !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
    if !digital(digits) || !digital(fraction) {
        return None;
    }
    let digit = |number: u128, c: u8| number.saturating_mul(10).saturating_add((c - b'0').into());
    let number = digits.bytes().fold(0, digit);
    Some(number.saturating_add(fraction.bytes().any(|c| c != b'0').into()))
}
