//! A schedule of its own for a kind of failure: attempts, delays, and the call's limits over all.

use std::time::Duration;

use retry_core::{
    ErrorKind, Jitter, KindPolicy, Kinds, PolicyBound, PolicyField, RetryPolicy, Session, Step,
    StopReason, Strategy, Time, Verdict,
};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const POLICY: RetryPolicy =
    RetryPolicy::new().with_jitter(Jitter::None).with_max_attempts(3).with_kinds(&[
        KindPolicy::new(ErrorKind::RateLimit)
            .with_max_attempts(4)
            .with_strategy(Strategy::Linear)
            .with_initial_delay(millis(1_000)),
        KindPolicy::new(ErrorKind::Timeout).with_initial_delay(millis(7)),
    ]);

/// The steps after failures of these kinds, delays in milliseconds.
fn steps(policy: &RetryPolicy, kinds: &[ErrorKind], time: Time) -> Vec<Result<u128, StopReason>> {
    let mut session = Session::new();
    let step = |kind: &ErrorKind| match session.record(policy, Verdict::Retry(*kind), time, 0) {
        Step::Wait(delay) => Ok(delay.as_millis()),
        Step::Stop(reason) => Err(reason),
        step => panic!("{step:?}"),
    };
    kinds.iter().map(step).collect()
}

const NETWORK: ErrorKind = ErrorKind::Network;
const LIMIT: ErrorKind = ErrorKind::RateLimit;
const TIMEOUT: ErrorKind = ErrorKind::Timeout;
const EXHAUSTED: Result<u128, StopReason> = Err(StopReason::AttemptsExhausted);

#[test]
fn a_kind_has_its_own_delays_which_start_at_its_first_failure() {
    let kinds = [NETWORK, LIMIT, NETWORK, LIMIT];
    assert_eq!(steps(&POLICY, &kinds, Time::default()), [Ok(100), Ok(1_000), Ok(200), Ok(2_000)]);
}

#[test]
fn a_kind_with_attempts_of_its_own_leaves_those_of_the_policy_untouched() {
    let kinds = [LIMIT, LIMIT, LIMIT, NETWORK, NETWORK, LIMIT];
    let expected = [Ok(1_000), Ok(2_000), Ok(3_000), Ok(100), Ok(200), EXHAUSTED];
    assert_eq!(steps(&POLICY, &kinds, Time::default()), expected);
    assert_eq!(POLICY.most_attempts(), 6, "the sixth is the last whatever it ends with");
    assert_eq!(steps(&POLICY, &[NETWORK; 3], Time::default())[2], EXHAUSTED);
}

#[test]
fn a_kind_without_attempts_of_its_own_counts_with_the_others() {
    let kinds = [TIMEOUT, NETWORK, TIMEOUT];
    assert_eq!(steps(&POLICY, &kinds, Time::default()), [Ok(7), Ok(100), EXHAUSTED]);
}

#[test]
fn a_schedule_of_a_kind_that_is_not_retried_adds_no_attempts() {
    let few = POLICY.with_retried(Kinds::ALL.without(LIMIT));
    assert_eq!(few.most_attempts(), 3);
    let stopped = Err(StopReason::NotRetryable);
    assert_eq!(steps(&few, &[NETWORK, LIMIT], Time::default()), [Ok(100), stopped]);
}

#[test]
fn the_time_left_holds_over_every_kind() {
    let time = Time { elapsed: Duration::ZERO, remaining: Some(millis(1_500)) };
    let expected = [Ok(1_000), Err(StopReason::DeadlineExceeded)];
    assert_eq!(steps(&POLICY, &[LIMIT, LIMIT], time), expected);
}

#[test]
fn a_hint_is_waited_out_on_top_of_the_delay_of_its_kind() {
    let verdict = Verdict::RetryAfter(LIMIT, millis(500));
    let step = Session::new().record(&POLICY, verdict, Time::default(), 0);
    assert_eq!(step, Step::Wait(millis(1_500)));
}

#[test]
fn the_last_attempt_is_known_beforehand() {
    let mut session = Session::new();
    let mut last = Vec::new();
    for kind in [LIMIT, NETWORK, LIMIT, NETWORK, LIMIT, LIMIT] {
        last.push(session.describe(&POLICY, Time::default()).is_last());
        session.record(&POLICY, Verdict::Retry(kind), Time::default(), 0);
    }
    assert_eq!(last, [false, false, false, false, false, true]);
}

#[test]
fn what_is_wrong_with_a_kind_names_it() {
    let wrong = |kind: KindPolicy| {
        let error = RetryPolicy::builder().kinds(KindPolicy::keep(vec![kind])).build().unwrap_err();
        assert_eq!(error.kind(), Some(LIMIT));
        (error.field(), error.to_string())
    };
    let limit = KindPolicy::new(LIMIT);
    let cases = [
        (limit.with_max_attempts(0), PolicyField::MaxAttempts),
        (limit.with_initial_delay(Duration::from_secs(60)), PolicyField::InitialDelay),
        (limit.with_max_delay(millis(99)), PolicyField::InitialDelay),
        (limit.with_multiplier(f64::NAN), PolicyField::Multiplier),
        (limit.with_strategy(Strategy::Fixed).with_multiplier(2.0), PolicyField::Multiplier),
        (limit.with_jitter(Jitter::Ratio(1.5)), PolicyField::Jitter),
        (limit.with_cost(-1.0), PolicyField::Cost),
        (limit.with_cost(f64::INFINITY), PolicyField::Cost),
    ];
    for (kind, field) in cases {
        assert_eq!(wrong(kind).0, field, "{kind:?}");
    }
    assert_eq!(
        wrong(limit.with_initial_delay(Duration::from_secs(60))).1,
        "on(rate_limit): initial_delay = 60s: must be at most max_delay, which is 30s"
    );
    assert_eq!(
        wrong(limit.with_cost(-1.0)).1,
        "on(rate_limit): cost = -1.0: must be a finite number from 0.0"
    );
}

#[test]
fn a_kind_has_one_schedule() {
    let twice = KindPolicy::keep(vec![KindPolicy::new(LIMIT), KindPolicy::new(LIMIT)]);
    let error = RetryPolicy::builder().kinds(twice).build().unwrap_err();
    assert_eq!((error.bound(), error.kind()), (PolicyBound::OncePerKind, Some(LIMIT)));
}

#[test]
fn a_list_made_at_run_time_is_kept_once() {
    let list = || KindPolicy::keep(vec![KindPolicy::new(NETWORK).with_cost(2.5)]);
    assert!(std::ptr::eq(list(), list()));
}
