//! What a breaker's policy may be: each bound, what is said where it is broken, and building in a
//! constant.

use std::panic::catch_unwind;
use std::time::Duration;

use retry_core::{
    BreakerBound as Bound, BreakerField as Field, BreakerPolicy, BreakerPolicyBuilder, ErrorKind,
    Kinds, OnOpen, Scope, Window,
};

const LONGEST: Duration = Duration::from_nanos(u64::MAX);
const TOO_LONG: Duration = LONGEST.saturating_add(Duration::from_nanos(1));
const ZERO: Duration = Duration::ZERO;

/// Sets one of the times.
type Set = fn(BreakerPolicyBuilder, Duration) -> BreakerPolicyBuilder;

/// A refused builder, its field and bound, and the beginning of the text.
type Refused = (BreakerPolicyBuilder, Field, Bound, &'static str);

fn counts() -> Vec<Refused> {
    let new = BreakerPolicy::builder;
    let park = OnOpen::Park { max_waiting: 0 };
    vec![
        (new().min_calls(0), Field::MinCalls, Bound::AtLeastOne, "min_calls = 0: must be"),
        (
            new().min_calls(0).window(Window::Count(0)),
            Field::Window,
            Bound::AtLeastOne,
            "window = 0: must be at least 1",
        ),
        (
            new().min_calls(101),
            Field::MinCalls,
            Bound::AtMostWindow(100),
            "min_calls = 101: must be at most the window, which is 100 calls",
        ),
        (
            new().consecutive_failures(0),
            Field::ConsecutiveFailures,
            Bound::AtLeastOne,
            "consecutive_failures = 0: must be at least 1",
        ),
        (new().probes(0), Field::Probes, Bound::AtLeastOne, "probes = 0: must be at least 1"),
        (new().on_open(park), Field::MaxWaiting, Bound::AtLeastOne, "max_waiting = 0: must be"),
        (
            new().without_window(),
            Field::ConsecutiveFailures,
            Bound::NeededWithoutWindow,
            "consecutive_failures = 0: must be set, since without a window",
        ),
        (
            new().without_window().consecutive_failures(3).slow_call(LONGEST),
            Field::SlowCall,
            Bound::OnlyWithWindow,
            "slow_call = 18446744073.709551615s: slow calls are counted in the window only",
        ),
    ]
}

fn times() -> Vec<Refused> {
    let new = BreakerPolicy::builder;
    let mut cases: Vec<Refused> = vec![
        (
            new().window(Window::Time(Duration::from_micros(999))),
            Field::Window,
            Bound::AtLeast(Duration::from_millis(1)),
            "window = 999µs: must be at least 1ms",
        ),
        (
            new().window(Window::Time(TOO_LONG)),
            Field::Window,
            Bound::AtMost(LONGEST),
            "window = 18446744073.709551616s: must be at most 18446744073.709551615s",
        ),
        (
            new().open_for(Duration::from_secs(61)),
            Field::MaxOpenFor,
            Bound::AtLeastOpenFor(Duration::from_secs(61)),
            "max_open_for = 60s: must be at least open_for, which is 61s",
        ),
    ];
    let fields: [(Field, Set); 6] = [
        (Field::SlowCall, BreakerPolicyBuilder::slow_call),
        (Field::OpenFor, BreakerPolicyBuilder::open_for),
        (Field::MaxOpenFor, BreakerPolicyBuilder::max_open_for),
        (Field::Lease, BreakerPolicyBuilder::lease),
        (Field::ParkFor, BreakerPolicyBuilder::park_for),
        (Field::ProbeGap, BreakerPolicyBuilder::probe_gap),
    ];
    for (field, set) in fields {
        cases.push((set(new(), ZERO), field, Bound::AboveZero, field.as_str()));
        cases.push((set(new(), TOO_LONG), field, Bound::AtMost(LONGEST), field.as_str()));
    }
    cases
}

fn ratios() -> Vec<Refused> {
    let new = BreakerPolicy::builder;
    let mut cases: Vec<Refused> = Vec::new();
    for ratio in [0.0, -0.1, 1.1, f64::NAN, f64::INFINITY] {
        let bound = Bound::AboveZeroToOne;
        cases.push((new().failure_ratio(ratio), Field::FailureRatio, bound, "failure_ratio = "));
        cases.push((new().slow_ratio(ratio), Field::SlowRatio, bound, "slow_ratio = "));
    }
    cases
}

#[test]
fn every_wrong_value_is_named_with_its_field_and_its_bound() {
    for (builder, field, bound, text) in [counts(), times(), ratios()].concat() {
        let error = builder.build().expect_err(text);
        assert_eq!((error.field(), error.bound()), (field, bound), "{text}");
        assert!(error.to_string().starts_with(text), "{error}");
        assert!(error.to_string().starts_with(field.as_str()), "{error}");
        assert!(error.to_string().contains(&error.value().to_string()), "{error}");
    }
}

#[test]
fn a_wrong_value_in_a_constant_panics_with_what_is_wrong() {
    for (builder, _, _, text) in [counts(), times(), ratios()].concat() {
        let panic = catch_unwind(|| builder.build_const()).expect_err(text);
        let said = panic.downcast_ref::<&str>().map_or_else(
            || panic.downcast_ref::<String>().cloned().unwrap_or_default(),
            |said| (*said).to_owned(),
        );
        assert!(said.contains("must be") || said.contains("has no effect"), "{said}");
    }
}

#[test]
fn a_policy_prints_its_values_as_they_were_given() {
    let policy = BreakerPolicy::new()
        .with_window(Window::Time(Duration::from_secs(10)))
        .with_open_for(Duration::from_secs(2));
    let printed = format!("{policy:?}");
    for value in ["window: Some(Time(10s))", "open_for: 2s,", "consecutive_failures: None"] {
        assert!(printed.contains(value), "{value}: {printed}");
    }
}

#[test]
fn a_policy_says_what_it_was_built_from() {
    const POLICY: BreakerPolicy = BreakerPolicy::new()
        .with_min_calls(2)
        .with_window(Window::Time(Duration::from_secs(1)))
        .with_failure_ratio(0.25)
        .with_slow_call(Duration::from_secs(2))
        .with_slow_ratio(0.75)
        .with_consecutive_failures(3)
        .with_failures(Kinds::of(&[ErrorKind::Server]))
        .with_ignored(Kinds::NONE)
        .with_open_for(Duration::from_secs(4))
        .with_max_open_for(Duration::from_secs(5))
        .with_probes(6)
        .with_lease(Duration::from_secs(7))
        .with_on_open(OnOpen::Park { max_waiting: 8 })
        .with_park_for(Duration::from_secs(9))
        .with_probe_gap(Duration::from_secs(10))
        .with_scope(Scope::Call);
    assert_eq!(POLICY.window(), Some(Window::Time(Duration::from_secs(1))));
    assert_eq!((POLICY.min_calls(), POLICY.consecutive_failures()), (2, Some(3)));
    assert_eq!(POLICY.slow_call(), Some(Duration::from_secs(2)));
    assert_eq!(POLICY.on_open(), OnOpen::Park { max_waiting: 8 });
    assert_eq!(POLICY.scope(), Scope::Call);
    assert_eq!(POLICY.to_builder().build(), Ok(POLICY));
    assert_eq!(BreakerPolicy::default(), BreakerPolicy::builder().build_const());
    let without = BreakerPolicy::new().with_consecutive_failures(1).without_window();
    assert_eq!((without.window(), without.slow_call()), (None, None));
}

#[test]
fn the_minimum_fits_the_window_unless_it_is_said() {
    let minimum = |policy: BreakerPolicy| policy.min_calls();
    let window = |calls| BreakerPolicy::new().with_window(Window::Count(calls));
    assert_eq!([5, 20, 50].map(|calls| minimum(window(calls))), [5, 20, 20]);
    assert_eq!(minimum(window(5).with_window(Window::Count(200))), 20);
    assert_eq!(minimum(window(100).with_min_calls(7).with_window(Window::Count(9))), 7);
    assert_eq!(minimum(window(2).with_min_calls(2).with_window(Window::Count(200))), 2);
    assert_eq!(BreakerPolicy::new().with_min_calls(20), BreakerPolicy::new());
    let said = BreakerPolicy::builder().window(Window::Count(9)).min_calls(20).build();
    assert_eq!(
        said.unwrap_err().to_string(),
        "min_calls = 20: must be at most the window, which is 9 calls"
    );
}

#[test]
fn a_time_of_those_who_wait_is_an_error_where_nobody_does() {
    let refuses = BreakerPolicy::builder().on_open(OnOpen::Refuse);
    let time = Duration::from_secs(1);
    for (wrong, field) in
        [(refuses.park_for(time), Field::ParkFor), (refuses.probe_gap(time), Field::ProbeGap)]
    {
        let error = wrong.build().unwrap_err();
        assert_eq!((error.field(), error.bound()), (field, Bound::OnlyWhereParked));
    }
    assert!(
        BreakerPolicy::new().with_park_for(time).with_on_open(OnOpen::Refuse).park_for() == time
    );
}
