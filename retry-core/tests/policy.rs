//! What a policy may be: each bound, what is said where it is broken, and building in a constant.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use retry_core::{
    Jitter, Kinds, PolicyBound, PolicyError, PolicyField, PolicyValue, Retry, RetryPolicy,
    RetryPolicyBuilder, Strategy,
};

const LONGEST: Duration = Duration::from_nanos(u64::MAX);
const TOO_LONG: Duration = LONGEST.saturating_add(Duration::from_nanos(1));

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// A refused builder: field, value, bound, the text, and the text of the panic in a constant.
type Refused =
    (RetryPolicyBuilder, PolicyField, PolicyValue, PolicyBound, &'static str, &'static str);

fn refused() -> Vec<Refused> {
    let new = RetryPolicy::builder;
    let mut cases: Vec<Refused> = vec![
        (
            new().max_attempts(0),
            PolicyField::MaxAttempts,
            PolicyValue::Count(0),
            PolicyBound::AtLeastOne,
            "max_attempts = 0: must be at least 1, since it counts the first call",
            "max_attempts must be at least 1: it counts the first call",
        ),
        (
            new().initial_delay(secs(31)),
            PolicyField::InitialDelay,
            PolicyValue::Duration(secs(31)),
            PolicyBound::AtMostMaxDelay(secs(30)),
            "initial_delay = 31s: must be at most max_delay, which is 30s",
            "initial_delay must be at most max_delay (30 s unless set)",
        ),
        (
            new().max_delay(Duration::from_millis(99)),
            PolicyField::InitialDelay,
            PolicyValue::Duration(Duration::from_millis(100)),
            PolicyBound::AtMostMaxDelay(Duration::from_millis(99)),
            "initial_delay = 100ms: must be at most max_delay, which is 99ms",
            "initial_delay must be at most max_delay (30 s unless set)",
        ),
        (
            new().strategy(Strategy::Random).jitter(Jitter::Full),
            PolicyField::Jitter,
            PolicyValue::Jitter,
            PolicyBound::NotWithRandom,
            "jitter = set: the random strategy draws by itself",
            "jitter has no effect here: the random strategy draws by itself",
        ),
        (
            new().timeout(Duration::ZERO),
            PolicyField::Timeout,
            PolicyValue::Duration(Duration::ZERO),
            PolicyBound::AboveZero,
            "timeout = 0ns: must be above zero",
            "timeout must be above zero",
        ),
        (
            new().attempt_timeout(Duration::ZERO),
            PolicyField::AttemptTimeout,
            PolicyValue::Duration(Duration::ZERO),
            PolicyBound::AboveZero,
            "attempt_timeout = 0ns: must be above zero",
            "attempt_timeout must be above zero",
        ),
        (
            new().attempt_timeout(secs(6)).timeout(secs(5)),
            PolicyField::AttemptTimeout,
            PolicyValue::Duration(secs(6)),
            PolicyBound::AtMostTimeout(secs(5)),
            "attempt_timeout = 6s: must be at most timeout, which is 5s",
            "attempt_timeout must be at most timeout",
        ),
    ];
    cases.extend(too_long());
    cases.extend(no_factors());
    cases
}

fn too_long() -> [Refused; 3] {
    let new = RetryPolicy::builder;
    let (value, bound) = (PolicyValue::Duration(TOO_LONG), PolicyBound::AtMost(LONGEST));
    [
        (
            new().max_delay(TOO_LONG),
            PolicyField::MaxDelay,
            value,
            bound,
            "max_delay = 18446744073.709551616s: must be at most 18446744073.709551615s",
            "max_delay must be at most 584 years",
        ),
        (
            new().initial_delay(TOO_LONG),
            PolicyField::InitialDelay,
            value,
            bound,
            "initial_delay = 18446744073.709551616s: must be at most 18446744073.709551615s",
            "initial_delay must be at most 584 years",
        ),
        (
            new().max_hint(TOO_LONG),
            PolicyField::MaxHint,
            value,
            bound,
            "max_hint = 18446744073.709551616s: must be at most 18446744073.709551615s",
            "max_hint must be at most 584 years",
        ),
    ]
}

fn no_factors() -> Vec<Refused> {
    let new = RetryPolicy::builder;
    let multipliers = [
        (f64::NAN, "multiplier = NaN: must be a finite number of at least 1.0"),
        (f64::INFINITY, "multiplier = inf: must be a finite number of at least 1.0"),
        (-2.0, "multiplier = -2.0: must be a finite number of at least 1.0"),
        (0.0, "multiplier = 0.0: must be a finite number of at least 1.0"),
        (0.5, "multiplier = 0.5: must be a finite number of at least 1.0"),
    ];
    let ratios = [
        (f64::NAN, "jitter = NaN: must be a number in 0.0..=1.0"),
        (f64::INFINITY, "jitter = inf: must be a number in 0.0..=1.0"),
        (-0.1, "jitter = -0.1: must be a number in 0.0..=1.0"),
        (1.5, "jitter = 1.5: must be a number in 0.0..=1.0"),
    ];
    let mut cases = Vec::new();
    for (factor, text) in multipliers {
        let constant = "multiplier must be a finite number of at least 1.0";
        let bound = PolicyBound::FiniteAtLeastOne;
        let value = PolicyValue::Factor(factor);
        cases.push((
            new().multiplier(factor),
            PolicyField::Multiplier,
            value,
            bound,
            text,
            constant,
        ));
    }
    for (ratio, text) in ratios {
        let constant = "a jitter ratio must be a number in 0.0..=1.0";
        let (value, bound) = (PolicyValue::Factor(ratio), PolicyBound::ZeroToOne);
        let builder = new().jitter(Jitter::Ratio(ratio));
        cases.push((builder, PolicyField::Jitter, value, bound, text, constant));
    }
    for strategy in [Strategy::Fixed, Strategy::Linear, Strategy::Random, Strategy::Fibonacci] {
        cases.push((
            new().strategy(strategy).multiplier(3.0),
            PolicyField::Multiplier,
            PolicyValue::Factor(3.0),
            PolicyBound::OnlyExponential,
            "multiplier = 3.0: only the exponential strategy grows by a multiplier",
            "multiplier has no effect here: only the exponential strategy grows by it",
        ));
    }
    cases
}

#[test]
fn every_wrong_value_is_named_with_its_field_and_its_bound() {
    for (builder, field, value, bound, text, _) in refused() {
        let error: PolicyError = builder.build().expect_err(text);
        assert_eq!((error.field(), error.bound()), (field, bound), "{text}");
        // Not a number is unlike itself, so the values are compared as they print.
        assert_eq!(format!("{:?}", error.value()), format!("{value:?}"), "{text}");
        assert_eq!(error.to_string(), text);
        assert!(text.starts_with(field.as_str()), "{text}");
        assert_eq!(field.to_string(), field.as_str());
    }
}

#[test]
fn in_a_constant_every_wrong_value_is_a_panic_that_names_field_and_bound() {
    for (builder, .., constant) in refused() {
        let panic = catch_unwind(AssertUnwindSafe(|| builder.build_const())).unwrap_err();
        // A panic with a constant argument carries it as it is, any other as a string.
        let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        assert_eq!(text.as_deref(), Some(constant));
    }
}

#[test]
fn every_bound_includes_its_ends() {
    let new = RetryPolicy::builder;
    let legal = [
        new().max_attempts(1),
        new().max_attempts(u32::MAX),
        new().initial_delay(Duration::ZERO),
        new().initial_delay(Duration::ZERO).max_delay(Duration::ZERO),
        new().initial_delay(secs(30)),
        new().max_delay(LONGEST).initial_delay(LONGEST),
        new().max_hint(LONGEST),
        new().max_hint(Duration::ZERO),
        new().multiplier(1.0),
        new().multiplier(f64::MAX),
        new().jitter(Jitter::Ratio(0.0)),
        new().jitter(Jitter::Ratio(1.0)),
        new().strategy(Strategy::Random).jitter(Jitter::None),
        new().timeout(Duration::from_nanos(1)),
        new().timeout(Duration::MAX).attempt_timeout(Duration::MAX),
        new().attempt_timeout(Duration::from_nanos(1)),
        new().timeout(secs(5)).attempt_timeout(secs(5)),
    ];
    for builder in legal {
        assert!(builder.build().is_ok(), "{builder:?}");
    }
}

const PATIENT: RetryPolicy = RetryPolicy::new()
    .with_max_attempts(9)
    .with_max_delay(secs(60))
    .with_initial_delay(secs(2))
    .with_multiplier(1.5)
    .with_jitter(Jitter::Ratio(0.25))
    .with_timeout(secs(600))
    .with_attempt_timeout(secs(20))
    .with_max_hint(secs(90));

#[test]
fn a_constant_policy_is_the_one_that_a_builder_makes() {
    const ALSO_CONSTANT: RetryPolicy = RetryPolicy::builder()
        .max_attempts(9)
        .initial_delay(secs(2))
        .max_delay(secs(60))
        .multiplier(1.5)
        .jitter(Jitter::Ratio(0.25))
        .attempt_timeout(secs(20))
        .timeout(secs(600))
        .max_hint(secs(90))
        .build_const();
    assert_eq!(PATIENT, ALSO_CONSTANT);
    assert_eq!(PATIENT.to_builder().build(), Ok(PATIENT));
    assert_eq!(
        (PATIENT.max_attempts(), PATIENT.initial_delay(), PATIENT.max_delay(), PATIENT.jitter()),
        (9, secs(2), secs(60), Jitter::Ratio(0.25))
    );
    assert_eq!(PATIENT.multiplier().to_bits(), 1.5_f64.to_bits());
    assert_eq!((PATIENT.timeout(), PATIENT.attempt_timeout()), (Some(secs(600)), Some(secs(20))));
    assert_eq!((PATIENT.max_hint(), PATIENT.can_cut()), (secs(90), true));
}

#[test]
fn the_defaults_are_the_documented_ones() {
    const NEW: RetryPolicy = RetryPolicy::new();
    assert_eq!((NEW.max_attempts(), NEW.strategy()), (3, Strategy::Exponential));
    assert_eq!((NEW.initial_delay(), NEW.max_delay()), (Duration::from_millis(100), secs(30)));
    assert_eq!(NEW.multiplier().to_bits(), 2.0_f64.to_bits());
    assert_eq!((NEW.jitter(), NEW.max_hint()), (Jitter::Full, secs(300)));
    assert_eq!((NEW.timeout(), NEW.attempt_timeout(), NEW.can_cut()), (None, None, false));
    assert_eq!(NEW.retried(), Kinds::ALL);
    assert_eq!(RetryPolicy::default(), NEW);
}

#[test]
fn changing_the_growth_changes_nothing_else() {
    let changed = RetryPolicy::new().with_strategy(Strategy::Random).with_strategy(Strategy::Fixed);
    assert_eq!(changed, RetryPolicy::new().with_strategy(Strategy::Fixed));
}

#[test]
fn a_timeout_below_the_attempt_timeout_is_refused_by_a_handle_too() {
    let retry = Retry::new(RetryPolicy::new().with_attempt_timeout(secs(2)));
    let error = retry.clone().with_timeout(secs(1)).unwrap_err();
    assert_eq!(error.bound(), PolicyBound::AtMostTimeout(secs(1)));
    let zero = retry.clone().with_timeout(Duration::ZERO).unwrap_err();
    assert_eq!((zero.field(), zero.bound()), (PolicyField::Timeout, PolicyBound::AboveZero));
    assert_eq!(retry.with_timeout(secs(2)).unwrap().policy().timeout(), Some(secs(2)));
}

#[test]
fn a_handle_takes_other_attempts_for_a_call_and_refuses_none() {
    let retry = Retry::new(PATIENT);
    let zero = retry.clone().with_max_attempts(0).unwrap_err();
    assert_eq!((zero.field(), zero.bound()), (PolicyField::MaxAttempts, PolicyBound::AtLeastOne));
    let twice = retry.clone().retry_all().with_max_attempts(2).unwrap();
    assert_eq!(*twice.policy(), PATIENT.with_max_attempts(2));
    let zero_delay = twice.with_policy(PATIENT.with_initial_delay(Duration::ZERO));
    let twice = zero_delay.with_max_attempts(2).unwrap();
    assert_eq!(twice.run_blocking(|| Err::<(), _>("down")).unwrap_err().attempts(), 2);
    assert_eq!(*retry.policy(), PATIENT, "only the copy is changed");
}
