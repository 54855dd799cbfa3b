//! Handles from settings in any order: what each setter does, and what is wrong with which.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::Strategy as _;
use retry_core::{
    Admission, BreakerPolicy, BudgetPolicy, CancellationToken, CircuitBreaker, Classify,
    DeadLetter, ErrorKind, Gate, Jitter, KindPolicy, Kinds, LetterFate, ManualClock,
    MemoryDeadLetters, OnOpen, Pass, PolicyBound, PolicyField, PolicyValue, RateLimit,
    RateLimitPolicy, Refusal, Request, Retry, RetryBudget, RetryBuildError, RetryBuilder,
    RetryError, RetryPolicy, RetryRegistry, Settlement, StopReason, Strategy, TagError, Throttle,
    ThrottlePolicy, Verdict, presets,
};

const BREAKER: BreakerPolicy =
    BreakerPolicy::new().with_consecutive_failures(3).with_on_open(OnOpen::Refuse);
const KINDS: &[KindPolicy] = &[KindPolicy::new(ErrorKind::RateLimit).with_max_attempts(9)];

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[derive(Debug)]
struct Failed(Verdict);

impl Classify for Failed {
    fn classify(&self) -> Verdict {
        self.0
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("down")
    }
}

fn down() -> Result<(), Failed> {
    Err(Failed(Verdict::Retry(ErrorKind::Network)))
}

fn wrong() -> Result<(), Failed> {
    Err(Failed(Verdict::Stop(ErrorKind::Client)))
}

fn fail(retry: &Retry) -> RetryError<Failed> {
    retry.run_blocking(down).unwrap_err()
}

/// The end of a call that waits for nothing.
fn fail_with_payload(retry: &Retry, operation: fn() -> Result<(), Failed>) -> RetryError<Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let call = retry.run_with_payload(|| b"order 17".to_vec(), async || operation());
    runtime.block_on(call).unwrap_err()
}

#[test]
fn a_handle_of_which_nothing_is_said_is_the_usual_one() {
    let (built, usual) = (Retry::builder().build().unwrap(), Retry::new(RetryPolicy::new()));
    assert_eq!(built.policy(), usual.policy());
    assert_eq!(built.budget().unwrap().policy(), usual.budget().unwrap().policy());
}

#[test]
fn each_setting_of_the_loop_reaches_the_policy() {
    let usual = RetryPolicy::new();
    let cases: [(RetryBuilder, RetryPolicy); 11] = [
        (Retry::builder().max_attempts(7), usual.with_max_attempts(7)),
        (Retry::builder().strategy(Strategy::Linear), usual.with_strategy(Strategy::Linear)),
        (Retry::builder().initial_delay(secs(2)), usual.with_initial_delay(secs(2))),
        (Retry::builder().max_delay(secs(3)), usual.with_max_delay(secs(3))),
        (Retry::builder().multiplier(3.5), usual.with_multiplier(3.5)),
        (Retry::builder().jitter(Jitter::Equal), usual.with_jitter(Jitter::Equal)),
        (Retry::builder().timeout(secs(4)), usual.with_timeout(secs(4))),
        (Retry::builder().attempt_timeout(secs(5)), usual.with_attempt_timeout(secs(5))),
        (Retry::builder().max_hint(secs(6)), usual.with_max_hint(secs(6))),
        (Retry::builder().retried(Kinds::NONE), usual.with_retried(Kinds::NONE)),
        (Retry::builder().kinds(KINDS), usual.with_kinds(KINDS)),
    ];
    for (builder, policy) in cases {
        assert_ne!(policy, usual);
        assert_eq!(*builder.build().unwrap().policy(), policy);
    }
}

#[test]
fn a_policy_stands_over_the_preset_s_and_under_single_settings() {
    let policy = RetryPolicy::new().with_max_attempts(7).with_max_hint(secs(1));
    let of_preset = Retry::builder().preset(presets::CACHE).max_attempts(5).build().unwrap();
    assert_eq!(*of_preset.policy(), presets::CACHE.policy().with_max_attempts(5));
    let both = Retry::builder().policy(policy).preset(presets::HTTP).max_attempts(5);
    assert_eq!(*both.build().unwrap().policy(), policy.with_max_attempts(5));
}

#[test]
fn what_is_set_twice_is_what_was_set_last() {
    let breaker = CircuitBreaker::new(BREAKER).with_name("by hand");
    breaker.force_open();
    let twice = || Retry::builder().max_attempts(1).max_attempts(2).without_budget();
    assert_eq!(twice().build().unwrap().policy().max_attempts(), 2);
    let given = twice().circuit_breaker(BREAKER).circuit_breaker(breaker.clone());
    assert_eq!(fail(&given.build().unwrap()).reason(), StopReason::CircuitOpen);
    let described = twice().circuit_breaker(breaker).circuit_breaker(BREAKER);
    let described = described.clock(ManualClock::new()).build().unwrap();
    assert_eq!(fail(&described).reason(), StopReason::AttemptsExhausted);
}

/// Builds what is wrong, and says what the error says.
fn refused(builder: RetryBuilder) -> (RetryBuildError, String) {
    let error = builder.build().expect_err("it is wrong");
    (error, error.to_string())
}

#[test]
fn a_wrong_setting_is_named_with_its_value_and_its_bound() {
    let (error, text) = refused(Retry::builder().max_attempts(0));
    assert_eq!(text, "max_attempts = 0: must be at least 1, since it counts the first call");
    let RetryBuildError::Policy(error) = error else { panic!("{error:?}") };
    assert_eq!((error.field(), error.value()), (PolicyField::MaxAttempts, PolicyValue::Count(0)));
    // What only the preset makes wrong.
    let (error, _) = refused(Retry::builder().attempt_timeout(secs(2)).preset(presets::CACHE));
    let RetryBuildError::Policy(error) = error else { panic!("{error:?}") };
    assert_eq!(error.bound(), PolicyBound::AtMostTimeout(secs(1)));
}

#[test]
fn settings_that_need_each_other_come_in_any_order() {
    let builder = Retry::builder().initial_delay(secs(60)).max_delay(secs(90));
    assert_eq!(builder.build().unwrap().policy().max_delay(), secs(90));
    let (_, text) = refused(Retry::builder().initial_delay(secs(60)));
    assert_eq!(text, "initial_delay = 60s: must be at most max_delay, which is 30s");
}

#[test]
fn empty_names_and_contradictions_are_errors() {
    let budget = || Retry::builder().budget(BudgetPolicy::new());
    let cases = [
        (Retry::builder().name(""), RetryBuildError::EmptyName),
        (Retry::builder().service(String::new()), RetryBuildError::EmptyService),
        (Retry::builder().tag("", "x"), RetryBuildError::Tag(TagError::EmptyKey)),
        (budget().without_budget(), RetryBuildError::BudgetAndNone),
        (
            Retry::builder().without_budget().budget(RetryBudget::default()),
            RetryBuildError::BudgetAndNone,
        ),
        (Retry::builder().permanent_dead_letters(), RetryBuildError::NoSink),
    ];
    for (builder, expected) in cases {
        let (error, text) = refused(builder);
        assert_eq!(error, expected);
        assert!(text.contains(" = ") && text.contains(": must "), "{text}");
    }
}

#[test]
fn a_breaker_that_is_described_is_that_of_the_service() {
    let handle = || {
        let builder = Retry::builder().clock(ManualClock::new()).circuit_breaker(BREAKER);
        builder.service("builder::described").without_budget().build().unwrap()
    };
    assert_eq!(fail(&handle()).reason(), StopReason::AttemptsExhausted);
    let end = fail(&handle());
    assert_eq!(end.reason(), StopReason::CircuitOpen);
    assert_eq!(end.stopped().refusal().unwrap().gate(), Some("builder::described"));
}

#[test]
fn a_breaker_that_is_given_stands_in_place_of_the_preset_s() {
    let breaker = CircuitBreaker::new(BREAKER).with_name("by hand");
    breaker.force_open();
    let builder = Retry::builder().circuit_breaker(breaker).preset(presets::DATABASE);
    let end = fail(&builder.service("builder::given").build().unwrap());
    assert_eq!(end.stopped().refusal().unwrap().gate(), Some("by hand"));
    let unwanted = RetryRegistry::process().circuit_breaker("builder::given");
    assert!(unwanted.is_none(), "nobody goes through it");
}

#[test]
fn rate_limits_and_throttles_come_as_policies_and_as_they_are() {
    fn busy() -> Result<(), Failed> {
        Err(Failed(Verdict::RetryAfter(ErrorKind::RateLimit, secs(60))))
    }
    // The first call is told to wait for a minute, which none has: the second is not even made.
    let held = |builder: RetryBuilder| {
        let retry = builder.clock(ManualClock::new()).timeout(secs(1)).build().unwrap();
        retry.run_blocking(busy).unwrap_err();
        fail(&retry).reason()
    };
    let limit = RateLimit::new(RateLimitPolicy::new());
    assert_eq!(held(Retry::builder().rate_limit(limit.clone())), StopReason::Throttled);
    assert!(limit.snapshot().rate.is_some());
    assert_eq!(held(Retry::builder().rate_limit(RateLimitPolicy::new())), StopReason::Throttled);
    assert_ne!(held(Retry::builder()), StopReason::Throttled);

    let clock = ManualClock::new();
    let throttle = Throttle::new(ThrottlePolicy::new());
    let given = Retry::builder().throttle(throttle.clone()).clock(clock.clone());
    fail(&given.max_attempts(100).without_budget().build().unwrap());
    assert!(throttle.probability(&clock) > 0.0);
    let made = Retry::builder().throttle(ThrottlePolicy::new()).clock(clock).without_budget();
    let made = made.max_attempts(1000).seed(1).build().unwrap();
    assert_eq!(fail(&made).reason(), StopReason::Throttled);
}

#[test]
fn gates_of_one_s_own_are_asked_in_their_order() {
    #[derive(Debug)]
    struct Closed(&'static str);

    impl Gate for Closed {
        fn admit(&self, _: &Request<'_>) -> Admission {
            Admission::Refuse(Refusal::new(StopReason::Throttled).by(Some(self.0.into())))
        }

        fn settle(&self, _: Pass, _: &Settlement<'_>) {}
    }

    let retry = Retry::builder().gate(Closed("first")).gate(Closed("second")).build().unwrap();
    let end = fail(&retry);
    assert_eq!(end.stopped().refusal().unwrap().gate(), Some("first"));
}

#[test]
fn budgets_come_as_policies_as_they_are_and_not_at_all() {
    let policy = BudgetPolicy::new().with_max_tokens(7);
    let budget = |builder: RetryBuilder| builder.build().unwrap().budget().cloned();
    let of = |builder| budget(builder).map(|budget: RetryBudget| budget.policy());
    assert_eq!(of(Retry::builder().budget(policy)), Some(policy));
    let shared = || Retry::builder().budget(policy).service("builder::budget");
    assert_eq!(of(shared()), Some(policy));
    assert_eq!(budget(shared()).unwrap().name(), Some("builder::budget"));
    let given = RetryBudget::new(policy).with_name("given");
    let given = Retry::builder().budget(given).service("builder::given_budget");
    assert_eq!(budget(given).unwrap().name(), Some("given"));
    assert_eq!(of(Retry::builder().without_budget().preset(presets::HTTP)), None);
}

#[test]
fn time_chance_and_cancellation_are_as_they_are_given() {
    let waits = |seed| {
        let clock = ManualClock::new();
        let retry = Retry::builder().clock(clock.clone()).seed(seed).build().unwrap();
        fail(&retry);
        clock.waits()
    };
    assert_eq!(waits(1).len(), 2);
    assert_eq!(waits(1), waits(1));
    assert_ne!(waits(1), waits(2));

    let token = CancellationToken::new();
    let retry = Retry::builder().cancellation(token.clone()).build().unwrap();
    token.cancel();
    assert_eq!(fail(&retry).reason(), StopReason::Cancelled);
}

#[test]
fn letters_name_their_handle_and_go_where_they_were_told() {
    let letters = MemoryDeadLetters::new(10);
    let builder = Retry::builder().max_attempts(1).dead_letters(letters.clone());
    let builder = builder.name("orders::send").service("builder::orders");
    let retry = builder.clone().build().unwrap();
    assert_eq!(fail_with_payload(&retry, down).dead_letter(), Some(&LetterFate::Stored));
    assert_eq!(fail_with_payload(&retry, wrong).dead_letter(), None);
    let all = builder.permanent_dead_letters().build().unwrap();
    assert_eq!(fail_with_payload(&all, wrong).dead_letter(), Some(&LetterFate::Stored));
    let names =
        |letter: &DeadLetter| (letter.name().map(String::from), letter.service().map(String::from));
    let expected = (Some("orders::send".to_owned()), Some("builder::orders".to_owned()));
    assert_eq!(letters.drain().iter().map(names).collect::<Vec<_>>(), [expected.clone(), expected]);
}

/// What the setters of a permutation are given.
struct Given {
    service: String,
    clock: ManualClock,
    letters: MemoryDeadLetters,
}

type Setter = fn(RetryBuilder, &Given) -> RetryBuilder;

/// Setters that are wrong one without the other, or that change what others mean.
const SETTERS: [Setter; 20] = [
    |builder, _| builder.preset(presets::STANDARD),
    |builder, _| builder.policy(RetryPolicy::new().with_strategy(Strategy::Linear)),
    |builder, _| builder.strategy(Strategy::Exponential),
    |builder, _| builder.multiplier(1.5),
    |builder, _| builder.max_attempts(3),
    |builder, _| builder.initial_delay(secs(60)),
    |builder, _| builder.max_delay(secs(90)),
    |builder, _| builder.jitter(Jitter::Ratio(0.5)),
    |builder, _| builder.attempt_timeout(secs(400)),
    |builder, _| builder.timeout(secs(600)),
    |builder, _| builder.kinds(KINDS),
    |builder, _| builder.circuit_breaker(BREAKER),
    |builder, _| builder.budget(BudgetPolicy::new().with_max_tokens(7)),
    |builder, _| builder.name("any order"),
    |builder, _| builder.tag("team", "payments"),
    |builder, given| builder.service(given.service.clone()),
    |builder, given| builder.clock(given.clock.clone()),
    |builder, _| builder.seed(7),
    |builder, given| builder.dead_letters(given.letters.clone()),
    |builder, _| builder.permanent_dead_letters(),
];

/// All that can be seen of a handle that is built in this order, its service's name aside.
fn seen(order: &[usize]) -> String {
    static BUILT: AtomicU32 = AtomicU32::new(0);
    let service = format!("builder::{}", BUILT.fetch_add(1, Ordering::Relaxed));
    let (clock, letters) = (ManualClock::new(), MemoryDeadLetters::new(10));
    let given = Given { service: service.clone(), clock: clock.clone(), letters: letters.clone() };
    let builder = order.iter().fold(Retry::builder(), |builder, at| SETTERS[*at](builder, &given));
    let retry = builder.build().unwrap();
    let budget = retry.budget().map(|budget| (budget.name().map(String::from), budget.policy()));
    let first = fail(&retry);
    let refused = fail_with_payload(&retry, down);
    let letter = &letters.drain()[0];
    let seen = format!(
        "{:?} {:?} {budget:?} {:?} {first} {:?} {:?}",
        retry.policy(),
        retry.tags(),
        clock.waits(),
        (letter.name(), letter.service(), letter.reason()),
        refused.stopped().refusal().and_then(Refusal::gate),
    );
    assert!(seen.contains(&format!("{service:?}")) && seen.contains("CircuitOpen"), "{seen}");
    seen.replace(&service, "service")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn settings_in_any_order_make_the_same_handle(
        order in Just((0..SETTERS.len()).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let in_order: Vec<_> = (0..SETTERS.len()).collect();
        prop_assert_eq!(seen(&order), seen(&in_order));
    }
}
