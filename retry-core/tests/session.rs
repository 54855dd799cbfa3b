//! The state machine of a call against a model of it, and the step for each way to stop.

use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::Strategy as Generate;
use retry_core::{
    ErrorKind, Jitter, Kinds, RetryPolicy, Session, Step, StopReason, Strategy, Time, Verdict,
};

/// A call with this much time left.
fn until(remaining: Option<Duration>) -> Time {
    Time { remaining, ..Time::default() }
}

/// What a call knows, and the questions in the order in which they are asked.
struct Model {
    attempt: u32,
    kind: Option<ErrorKind>,
}

impl Model {
    /// The step, where `backoff` is the delay of the policy alone.
    fn record(&mut self, policy: &RetryPolicy, input: &Input, backoff: Duration) -> Step {
        if input.verdict == Verdict::Success {
            return Step::Done;
        }
        self.kind = input.verdict.kind();
        let retried = self.kind.is_some_and(|kind| policy.retried().contains(kind));
        if !retried || matches!(input.verdict, Verdict::Stop(_)) {
            return Step::Stop(StopReason::NotRetryable);
        }
        if self.attempt == policy.max_attempts() {
            return Step::Stop(StopReason::AttemptsExhausted);
        }
        let mut delay = backoff;
        if let Verdict::RetryAfter(_, hint) = input.verdict {
            if hint > policy.max_hint() {
                return Step::Stop(StopReason::HintTooLong);
            }
            delay += hint;
        }
        if input.remaining.is_some_and(|remaining| remaining <= delay) {
            return Step::Stop(StopReason::DeadlineExceeded);
        }
        self.attempt += 1;
        Step::Wait(delay)
    }
}

#[derive(Clone, Debug)]
struct Input {
    verdict: Verdict,
    remaining: Option<Duration>,
    draw: u64,
}

/// Lengths around the bounds of the policies below, so that each question is answered both ways.
fn length() -> impl Generate<Value = Duration> {
    prop_oneof![
        4 => (0..40_u64).prop_map(|half| Duration::from_millis(500 * half)),
        2 => (0..20_000_000_000_u64).prop_map(Duration::from_nanos),
        1 => Just(Duration::ZERO),
        1 => Just(Duration::MAX),
    ]
}

fn inputs() -> impl Generate<Value = Vec<Input>> {
    let kind = || prop::sample::select(ErrorKind::ALL.to_vec());
    let verdict = prop_oneof![
        1 => Just(Verdict::Success),
        1 => kind().prop_map(Verdict::Stop),
        8 => kind().prop_map(Verdict::Retry),
        8 => (kind(), length()).prop_map(|(kind, hint)| Verdict::RetryAfter(kind, hint)),
    ];
    let remaining = prop_oneof![3 => Just(None), 2 => length().prop_map(Some)];
    let input = (verdict, remaining, any::<u64>()).prop_map(|(verdict, remaining, draw)| Input {
        verdict,
        remaining,
        draw,
    });
    prop::collection::vec(input, 1..12)
}

fn policies() -> impl Generate<Value = RetryPolicy> {
    let growth = prop::sample::select(vec![
        Strategy::Fixed,
        Strategy::Exponential,
        Strategy::Linear,
        Strategy::Fibonacci,
    ]);
    let jitter = prop::sample::select(vec![
        Jitter::None,
        Jitter::Full,
        Jitter::Equal,
        Jitter::Decorrelated,
        Jitter::Ratio(0.3),
    ]);
    let few = prop::sample::subsequence(ErrorKind::ALL.to_vec(), 0..=ErrorKind::ALL.len());
    let retried = prop_oneof![
        2 => Just(Kinds::ALL),
        1 => few.prop_map(|kinds| Kinds::of(&kinds)),
    ];
    let numbers = (1..8_u32, 0..15_u64);
    (numbers, growth, jitter, retried).prop_map(
        |((attempts, max_hint), growth, jitter, retried)| {
            RetryPolicy::builder()
                .max_attempts(attempts)
                .retried(retried)
                .strategy(growth)
                .jitter(jitter)
                .initial_delay(Duration::from_millis(500))
                .max_delay(Duration::from_secs(4))
                .max_hint(Duration::from_secs(max_hint))
                .build()
                .unwrap()
        },
    )
}

proptest! {
    #[test]
    fn a_session_does_what_its_model_does(policy in policies(), inputs in inputs()) {
        let mut session = Session::new();
        let mut model = Model { attempt: 1, kind: None };
        for input in inputs {
            let attempt = session.describe(&policy, until(input.remaining));
            prop_assert_eq!(attempt.number(), model.attempt);
            prop_assert_eq!(attempt.previous_kind(), model.kind);
            let backoff = policy.delay_after(&attempt, input.draw);
            let expected = model.record(&policy, &input, backoff);
            let step = session.record(&policy, input.verdict, until(input.remaining), input.draw);
            prop_assert_eq!(step, expected);
            prop_assert_eq!(session.attempt(), model.attempt);
            prop_assert_eq!(session.kind(), model.kind);
            if !matches!(step, Step::Wait(_)) {
                break;
            }
        }
    }

    #[test]
    fn a_hint_is_never_undercut_and_is_spread_upward_only(
        policy in policies(), draws in prop::array::uniform8(any::<u64>()), nanos in any::<u64>(),
    ) {
        let hint = Duration::from_nanos(nanos % 15_000_000_000);
        let policy = policy.with_retried(Kinds::ALL).with_max_attempts(9).with_max_hint(hint);
        let told = Verdict::RetryAfter(ErrorKind::RateLimit, hint);
        let mut session = Session::new();
        for draw in draws {
            let step = session.record(&policy, told, Time::default(), draw);
            let Step::Wait(delay) = step else { panic!("{step:?}") };
            prop_assert!(delay >= hint && delay <= hint + policy.max_delay(), "{delay:?}");
        }
        let spread = policy.with_jitter(Jitter::Full);
        let first = |draw| Session::new().record(&spread, told, Time::default(), draw);
        let ends = (Step::Wait(hint), Step::Wait(hint + policy.initial_delay()));
        prop_assert_eq!((first(0), first(u64::MAX)), ends);
    }

    #[test]
    fn no_wait_reaches_the_deadline(
        policy in policies(), hint in length(), remaining in length(), draw in any::<u64>(),
    ) {
        let policy = policy.with_max_hint(Duration::from_secs(3_600));
        for verdict in [
            Verdict::Retry(ErrorKind::Network),
            Verdict::RetryAfter(ErrorKind::Server, hint),
        ] {
            let step = Session::new().record(&policy, verdict, until(Some(remaining)), draw);
            if let Step::Wait(delay) = step {
                prop_assert!(delay < remaining, "waits {delay:?} of {remaining:?}");
            }
        }
    }

    #[test]
    fn the_same_arguments_give_the_same_step(policy in policies(), inputs in inputs()) {
        let (mut one, mut other) = (Session::new(), Session::default());
        for Input { verdict, remaining, draw } in inputs {
            let step = one.record(&policy, verdict, until(remaining), draw);
            prop_assert_eq!(step, other.record(&policy, verdict, until(remaining), draw));
        }
    }
}

/// Two attempts, one second between them, hints up to ten.
const PLAIN: RetryPolicy = RetryPolicy::new()
    .with_max_attempts(2)
    .with_initial_delay(Duration::from_secs(1))
    .with_jitter(Jitter::None)
    .with_max_hint(Duration::from_secs(10));

const fn after(secs: u64) -> Verdict {
    Verdict::RetryAfter(ErrorKind::RateLimit, Duration::from_secs(secs))
}

#[test]
fn each_way_to_stop_has_its_step_and_the_earlier_question_answers() {
    use StopReason::{AttemptsExhausted, DeadlineExceeded, HintTooLong, NotRetryable};
    let retry = Verdict::Retry(ErrorKind::Network);
    let permanent = Verdict::Stop(ErrorKind::Client);
    let (none, second, zero) = (None, Some(Duration::from_secs(1)), Some(Duration::ZERO));
    let more = Some(Duration::from_nanos(1_000_000_001));
    let wait = |secs| Step::Wait(Duration::from_secs(secs));
    // The failures before, the verdict, the time left, and the step.
    let cases = [
        (0, Verdict::Success, none, Step::Done),
        (1, Verdict::Success, zero, Step::Done),
        (0, retry, none, wait(1)),
        (0, retry, more, wait(1)),
        (0, retry, second, Step::Stop(DeadlineExceeded)),
        (0, retry, zero, Step::Stop(DeadlineExceeded)),
        (0, after(0), none, wait(1)),
        (0, after(10), none, wait(11)),
        (0, after(11), none, Step::Stop(HintTooLong)),
        (0, after(11), zero, Step::Stop(HintTooLong)),
        (0, after(1), more, Step::Stop(DeadlineExceeded)),
        (0, permanent, zero, Step::Stop(NotRetryable)),
        (1, permanent, zero, Step::Stop(NotRetryable)),
        (1, retry, none, Step::Stop(AttemptsExhausted)),
        (1, retry, zero, Step::Stop(AttemptsExhausted)),
        (1, after(11), zero, Step::Stop(AttemptsExhausted)),
    ];
    for (failures, verdict, remaining, expected) in cases {
        let mut session = Session::new();
        for _ in 0..failures {
            session.record(&PLAIN, retry, Time::default(), 0);
        }
        let step = session.record(&PLAIN, verdict, until(remaining), 0);
        assert_eq!(step, expected, "{verdict:?} with {remaining:?} left after {failures}");
    }
}

#[test]
fn a_kind_that_is_not_retried_ends_the_call_whatever_the_classifier_says() {
    let hint = Duration::ZERO;
    for few in [Kinds::NONE, Kinds::of(&[ErrorKind::Client, ErrorKind::Network])] {
        let policy = PLAIN.with_retried(few);
        for kind in ErrorKind::ALL {
            for verdict in [Verdict::Retry(kind), Verdict::RetryAfter(kind, hint)] {
                let mut session = Session::new();
                let step = session.record(&policy, verdict, Time::default(), 0);
                let stopped = step == Step::Stop(StopReason::NotRetryable);
                assert_eq!(stopped, !few.contains(kind), "{verdict:?} with {few:?}: {step:?}");
                assert_eq!(session.kind(), Some(kind));
            }
            let step = Session::new().record(&policy, Verdict::Stop(kind), Time::default(), 0);
            assert_eq!(step, Step::Stop(StopReason::NotRetryable));
        }
    }
    assert_eq!(PLAIN.retried(), Kinds::ALL);
}

#[test]
fn an_attempt_knows_what_came_before_it() {
    let mut session = Session::new();
    let first = session.describe(&PLAIN, Time::default());
    assert!(first.is_first() && !first.is_last());
    assert_eq!((first.number(), first.max_attempts()), (1, 2));
    assert_eq!((first.previous_delay(), first.previous_kind()), (Duration::ZERO, None));
    session.record(&PLAIN, Verdict::Retry(ErrorKind::Server), Time::default(), 0);
    let (elapsed, remaining) = (Duration::from_secs(3), Some(Duration::from_secs(4)));
    let second = session.describe(&PLAIN, Time { elapsed, remaining });
    assert!(second.is_last() && !second.is_first());
    assert_eq!(second.previous_delay(), Duration::from_secs(1));
    assert_eq!(second.previous_kind(), Some(ErrorKind::Server));
    assert_eq!((second.elapsed(), second.remaining()), (elapsed, remaining));
}

#[test]
fn the_delay_before_an_attempt_includes_the_hint_that_was_waited_out() {
    let mut session = Session::new();
    let step = session.record(&PLAIN, after(5), Time::default(), 0);
    let attempt = session.describe(&PLAIN, Time::default());
    assert_eq!(step, Step::Wait(attempt.previous_delay()));
}
