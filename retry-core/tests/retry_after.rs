//! The wait that a response asks for: read in every form, never undercut, never invented.
#![cfg(feature = "http")]

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, Response};
use proptest::prelude::*;
use retry_core::{HttpOutcome, retry_after};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The second before Sun, 06 Nov 1994 08:49:37 GMT.
const EVE: u64 = 784_111_776;

fn unix(since: Duration) -> SystemTime {
    SystemTime::UNIX_EPOCH + since
}

/// The wait that `headers` ask for, at [`EVE`].
fn wait(headers: &[(&'static str, &str)]) -> Option<Duration> {
    retry_after(&map(headers), unix(secs(EVE)))
}

fn map(headers: &[(&'static str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    map
}

const ALL: [&str; 5] = [
    "retry-after",
    "retry-after-ms",
    "x-ratelimit-reset",
    "x-ratelimit-reset-after",
    "ratelimit-reset",
];

const RESETS: [&str; 3] = [ALL[2], ALL[3], ALL[4]];

#[test]
fn every_header_is_read() {
    let table = [
        ("retry-after", "0", secs(0)),
        ("retry-after", "120", secs(120)),
        ("retry-after", "007", secs(7)),
        ("Retry-After", " \t120 \t", secs(120)),
        // Never a Unix time: the standard has it as seconds, however many.
        ("retry-after", "2000000000", secs(2_000_000_000)),
        ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT", secs(1)),
        ("retry-after", " Sun, 06 Nov 1994 08:49:38 GMT\t", secs(2)),
        ("retry-after", "Sunday, 06-Nov-94 08:49:37 GMT", secs(1)),
        ("retry-after", "Sun Nov  6 08:49:37 1994", secs(1)),
        ("retry-after-ms", "1500", millis(1_500)),
        ("retry-after-ms", "0", secs(0)),
        ("x-ratelimit-reset", "60", secs(60)),
        ("x-ratelimit-reset", "1000000000", secs(1_000_000_000)),
        ("x-ratelimit-reset", "1000000001", secs(1_000_000_001 - EVE)),
        ("x-ratelimit-reset", "1000000000000", secs(1_000_000_000_000 - EVE)),
        ("x-ratelimit-reset", "1000000000001", millis(1_000_000_000_001 - EVE * 1_000)),
        ("x-ratelimit-reset-after", "2", secs(2)),
        ("ratelimit-reset", "50", secs(50)),
    ];
    for (name, value, expected) in table {
        assert_eq!(wait(&[(name, value)]), Some(expected), "{name}: {value}");
    }
}

#[test]
fn what_asks_for_nothing_is_ignored() {
    assert_eq!(wait(&[]), None);
    let garbage = [
        "",
        " ",
        "soon",
        "1 2",
        "1,2",
        "1;w=2",
        "+1",
        "1e3",
        "0x10",
        "1_000",
        ".",
        "1.",
        ".5",
        "1.2.3",
        "1.-2",
        "1s",
        "NaN",
        "inf",
        "٣",
        "１",
        "5\u{a0}",
        "Sun, 06 Nov 1994 08:49:37 PST",
        "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994",
        "GMT",
    ];
    for name in ALL {
        for value in garbage {
            assert_eq!(wait(&[(name, value)]), None, "{name}: {value:?}");
            let beside = wait(&[(name, value), ("retry-after-ms", "5"), (name, value)]);
            assert_eq!(beside, Some(millis(5)), "{name}: {value:?}");
        }
    }
    assert_eq!(wait(&[("retry-after-ms", "Sun, 06 Nov 1994 08:49:37 GMT")]), None);
}

#[test]
fn a_negative_number_is_ignored() {
    for name in ALL {
        for value in ["-1", "-0", "-0.5", "-2000000000", "-99999999999999999999999"] {
            assert_eq!(wait(&[(name, value)]), None, "{name}: {value}");
        }
    }
}

#[test]
fn a_past_date_is_no_wait() {
    for date in [
        "Sun, 06 Nov 1994 08:49:36 GMT",
        "Sun, 06 Nov 1994 08:49:35 GMT",
        "Sunday, 06-Nov-94 08:49:35 GMT",
        "Sun Nov  6 08:49:35 1994",
        "Thu, 01 Jan 1970 00:00:00 GMT",
    ] {
        assert_eq!(wait(&[("retry-after", date)]), Some(secs(0)), "{date}");
    }
    let later = unix(secs(2_000_000_000));
    for name in RESETS {
        for value in ["1999999999", "1999999999999", "2000000000", "2000000000000"] {
            let wait = retry_after(&map(&[(name, value)]), later);
            assert_eq!(wait, Some(secs(0)), "{name}: {value}");
        }
    }
}

#[test]
fn a_value_beyond_all_numbers_saturates() {
    let digits = "9".repeat(5_000);
    for name in ALL {
        for value in ["9999999999999999999999", "9999999999999999999999.9", &digits] {
            assert_eq!(wait(&[(name, value)]), Some(Duration::MAX), "{name}: {value}");
        }
    }
    assert_eq!(wait(&[("retry-after", "18446744073709551615")]), Some(secs(u64::MAX)));
    assert_eq!(wait(&[("retry-after", "18446744073709551615.1")]), Some(Duration::MAX));
    assert_eq!(wait(&[("retry-after-ms", "18446744073709551615")]), Some(millis(u64::MAX)));
}

#[test]
fn of_two_headers_the_later_counts() {
    let (date, past) = ("Sun, 06 Nov 1994 08:49:46 GMT", "Sun, 06 Nov 1994 08:00:00 GMT");
    let table: [(&[(&'static str, &str)], Duration); 6] = [
        (&[("retry-after", "2"), ("retry-after", "3")], secs(3)),
        (&[("retry-after", "3"), ("retry-after", "2")], secs(3)),
        (&[("retry-after", date), ("retry-after", "3")], secs(10)),
        (&[("retry-after", past), ("retry-after-ms", "1")], millis(1)),
        (&[("retry-after", "1"), ("retry-after-ms", "1001")], millis(1_001)),
        (
            &[("ratelimit-reset", "1"), ("x-ratelimit-reset", "2000000000")],
            secs(2_000_000_000 - EVE),
        ),
    ];
    for (headers, expected) in table {
        assert_eq!(wait(headers), Some(expected), "{headers:?}");
    }
}

#[test]
fn a_fraction_of_a_second_is_rounded_up() {
    let table = [
        ("retry-after", "0.001", secs(1)),
        ("retry-after", "1.5", secs(2)),
        ("retry-after", "2.0", secs(2)),
        ("retry-after", "2.000000000000000000000000000001", secs(3)),
        ("retry-after-ms", "0.5", millis(1)),
        ("retry-after-ms", "1500.25", millis(1_501)),
        ("x-ratelimit-reset", "2000000000.1", secs(2_000_000_001 - EVE)),
        ("x-ratelimit-reset-after", "0.743", secs(1)),
        ("ratelimit-reset", "9.0", secs(9)),
    ];
    for (name, value, expected) in table {
        assert_eq!(wait(&[(name, value)]), Some(expected), "{name}: {value}");
    }
}

#[test]
fn the_end_of_a_window_is_no_wait_while_calls_are_left() {
    for name in RESETS {
        let left =
            if name.starts_with("x-") { "x-ratelimit-remaining" } else { "ratelimit-remaining" };
        let with_left = |value| wait(&[(name, "60"), (left, value), ("retry-after", "1")]);
        assert_eq!(with_left("4999"), Some(secs(1)), "{name}");
        assert_eq!(with_left("0"), Some(secs(60)), "{name}");
        assert_eq!(with_left("many"), Some(secs(60)), "{name}");
    }
    // What is asked for outright does not depend on it.
    assert_eq!(wait(&[("retry-after", "7"), ("x-ratelimit-remaining", "9")]), Some(secs(7)));
}

#[test]
fn a_clock_before_1970_waits_longer() {
    let now = SystemTime::UNIX_EPOCH - secs(10);
    let at = |value| retry_after(&map(&[("x-ratelimit-reset", value)]), now);
    assert_eq!(at("2000000000"), Some(secs(2_000_000_010)));
    assert_eq!(at("60"), Some(secs(60)));
}

#[test]
fn a_response_carries_its_status_and_its_wait() {
    let response = Response::builder().status(503).header("retry-after", "4").body(()).unwrap();
    assert_eq!(response.http_status(), Some(503));
    assert_eq!(HttpOutcome::retry_after(&response), Some(secs(4)));
    assert_eq!(HttpOutcome::retry_after(&Response::new("fine")), None);
}

/// The three forms of a date that HTTP has.
#[derive(Clone, Copy, Debug)]
enum Form {
    Imf,
    Rfc850,
    Asctime,
}

/// A date with its seconds rounded up, as a server that means `time` would send it.
fn formatted(time: SystemTime, form: Form) -> String {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let up = secs(since.as_secs() + u64::from(since.subsec_nanos() > 0));
    let imf = httpdate_of(unix(up));
    let part = |from: usize, to: usize| &imf[from..to];
    let (day, month, year, clock) = (part(5, 7), part(8, 11), part(12, 16), part(17, 25));
    match form {
        Form::Imf => imf.clone(),
        Form::Rfc850 => {
            let names = ["Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun"];
            let name = names.into_iter().find(|name| name.starts_with(part(0, 3))).unwrap();
            format!("{name}day, {day}-{month}-{} {clock} GMT", &year[2..])
        }
        Form::Asctime => {
            let day = day.strip_prefix('0').map_or(day.to_owned(), |day| format!(" {day}"));
            format!("{} {month} {day} {clock} {year}", part(0, 3))
        }
    }
}

/// An IMF-fixdate, by the civil calendar and not by the parser's own arithmetic.
fn httpdate_of(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let (mut days, of_day) = (seconds / 86_400, seconds % 86_400);
    let weekday =
        ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][usize::try_from(days % 7).unwrap()];
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let months = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= months[month] {
        days -= months[month];
        month += 1;
    }
    let names =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let (day, month) = (days + 1, names[month]);
    format!("{weekday}, {day:02} {month} {year} {hour:02}:{minute:02}:{second:02} GMT")
}

/// The end of the year 9999, which has no date after it, and of the years that RFC 850's two
/// digits stand for.
const LAST: u64 = 253_402_300_799;
const LAST_OF_TWO_DIGITS: u64 = 3_155_759_999;

fn any_value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..64),
        "[ \t]*[-+]?[0-9]{0,30}\\.?[0-9]{0,30}[ \t]*".prop_map(String::into_bytes),
        "(Sun|Mon|Sunday|Monday)[, ]{1,2}[0-9 ]{2}[- ](Feb|Nov)[- ][0-9]{2,4} [0-9:]{8} GMT"
            .prop_map(String::into_bytes),
    ]
}

proptest! {
    #[test]
    fn any_number_of_seconds_comes_through(seconds: u64) {
        prop_assert_eq!(wait(&[("retry-after", &seconds.to_string())]), Some(secs(seconds)));
        let exact = wait(&[("retry-after-ms", &seconds.to_string())]);
        prop_assert_eq!(exact, Some(millis(seconds)));
    }

    #[test]
    fn a_fraction_is_never_undercut(seconds in 0..1_000_000_u64, nanos in 0..1_000_000_000_u32) {
        let told = Duration::new(seconds, nanos);
        let value = format!("{seconds}.{nanos:09}");
        let wait = wait(&[("retry-after", &value)]).unwrap();
        prop_assert!(wait >= told && wait < told + secs(1), "{told:?}: {wait:?}");
    }

    #[test]
    fn no_date_is_undercut(
        time in 0..LAST,
        nanos in 0..1_000_000_000_u32,
        now in 0..LAST,
        form in prop::sample::select(&[Form::Imf, Form::Rfc850, Form::Asctime][..]),
    ) {
        let time = if matches!(form, Form::Rfc850) { time % LAST_OF_TWO_DIGITS } else { time };
        let (time, now) = (unix(Duration::new(time, nanos)), unix(Duration::new(now, nanos / 3)));
        let date = formatted(time, form);
        let wait = retry_after(&map(&[("retry-after", &date)]), now);
        let wait = wait.ok_or_else(|| TestCaseError::fail(format!("`{date}` was not read")))?;
        prop_assert!(now + wait >= time, "{date}: {wait:?}");
        prop_assert!(wait.is_zero() || now + wait < time + secs(1), "{date}: {wait:?}");
    }

    #[test]
    fn no_reset_is_undercut(time in 1_000_000_001..LAST, now in 0..LAST, of_second in 0..1_000_u64) {
        let at = |value: &str| {
            retry_after(&map(&[("x-ratelimit-reset", value)]), unix(secs(now))).unwrap()
        };
        prop_assert_eq!(at(&time.to_string()), secs(time.saturating_sub(now)));
        let exact = time * 1_000 + of_second;
        prop_assert_eq!(at(&exact.to_string()), millis(exact.saturating_sub(now * 1_000)));
    }

    #[test]
    fn of_any_two_headers_the_later_counts(
        (first, second) in (prop::sample::select(&ALL[..]), prop::sample::select(&ALL[..])),
        (one, other) in any::<(u64, u64)>(),
    ) {
        let (one, other) = (one.to_string(), other.to_string());
        let alone = wait(&[(first, &one)]).max(wait(&[(second, &other)]));
        prop_assert_eq!(wait(&[(first, &one), (second, &other)]), alone);
    }

    /// Never panics. A duration cannot be negative; what asks for none is not longer than now.
    #[test]
    fn any_bytes_are_read_or_ignored(
        values in prop::collection::vec((prop::sample::select(&ALL[..]), any_value()), 0..4),
        left in any_value(),
        now in -LAST.cast_signed()..LAST.cast_signed(),
    ) {
        let mut headers = HeaderMap::new();
        for (name, value) in &values {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        if let Ok(left) = HeaderValue::from_bytes(&left) {
            headers.append("x-ratelimit-remaining", left);
        }
        let distance = secs(now.unsigned_abs());
        let now = if now < 0 { SystemTime::UNIX_EPOCH - distance } else { unix(distance) };
        let wait = retry_after(&headers, now);
        prop_assert!(wait.is_none() || !headers.is_empty());
        headers.append("retry-after", HeaderValue::from_static("86400"));
        prop_assert_eq!(retry_after(&headers, now), wait.max(Some(secs(86_400))));
    }
}
