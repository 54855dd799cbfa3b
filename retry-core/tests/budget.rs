//! What a budget, a rate limit and a throttle may be: each bound and its text, in a constant and at
//! run time.

use std::panic::catch_unwind;
use std::time::Duration;

use retry_core::{
    BudgetPolicy, LimitBound, LimitError, LimitField, LimitValue, RateLimitPolicy, RetryBudget,
    ThrottlePolicy,
};

const BUDGETS: [BudgetPolicy; 4] = [
    BudgetPolicy::new().with_ratio(0.2).with_payback(1.0).with_max_tokens(20),
    BudgetPolicy::ratio(0.2).with_min_per_second(5).with_ttl(Duration::from_secs(20)),
    BudgetPolicy::grpc(10, 0.1),
    BudgetPolicy::aws(),
];

#[test]
fn a_budget_starts_full() {
    let capacities = BUDGETS.map(|policy| {
        let snapshot = RetryBudget::new(policy).snapshot();
        assert!((snapshot.tokens - snapshot.capacity).abs() < 1e-9);
        snapshot.capacity
    });
    assert!(capacities.iter().zip([20.0, 100.0, 10.0, 500.0]).all(|(a, b)| (a - b).abs() < 1e-9));
}

#[test]
fn clones_share_the_account_and_keep_their_names() {
    let budget = RetryBudget::default();
    let named = budget.clone().with_name("payments");
    assert_eq!((budget.name(), named.name()), (None, Some("payments")));
    assert_eq!(named.policy(), BudgetPolicy::new());
}

#[test]
fn every_field_names_itself_its_value_and_its_bound() {
    let long = Duration::from_secs(86_401);
    let refused: [(LimitError, &str); 14] = [
        (error(BudgetPolicy::new().try_with_ratio(0.0)), "ratio = 0.0: must be within 1e-6..=1.0"),
        (
            error(BudgetPolicy::new().try_with_ratio(f64::NAN)),
            "ratio = NaN: must be within 1e-6..=1.0",
        ),
        (
            error(BudgetPolicy::new().try_with_payback(2.1)),
            "payback = 2.1: must be within 0.0..=2.0",
        ),
        (
            error(BudgetPolicy::new().try_with_max_tokens(0)),
            "max_tokens = 0: must be within 1..=1000",
        ),
        (
            error(BudgetPolicy::aws().try_with_ratio(0.1)),
            "ratio = 0.1: a budget of this sort has no such field",
        ),
        (
            error(BudgetPolicy::ratio(0.1).try_with_ttl(Duration::from_secs(61))),
            "ttl = 61s: must be within 1s..=60s",
        ),
        (
            error(BudgetPolicy::ratio(0.1).try_with_min_per_second(1_000_001)),
            "min_per_second = 1000001: must be within 0..=1000000",
        ),
        (
            error(BudgetPolicy::try_grpc(10, 0.0)),
            "token_ratio = 0.0: must be within 0.001..=1000.0",
        ),
        (error(RateLimitPolicy::new().try_with_beta(1.0)), "beta = 1.0: must be within 0.1..=0.99"),
        (
            error(RateLimitPolicy::new().try_with_scale(0.0)),
            "scale = 0.0: must be within 0.001..=1000.0",
        ),
        (
            error(RateLimitPolicy::new().try_with_min_rate(-1.0)),
            "min_rate = -1.0: must be within 0.001..=1000000.0",
        ),
        (
            error(RateLimitPolicy::new().try_with_max_wait(long)),
            "max_wait = 86401s: must be within 0ns..=86400s",
        ),
        (
            error(ThrottlePolicy::new().try_with_multiplier(0.9)),
            "multiplier = 0.9: must be within 1.0..=1000.0",
        ),
        (
            error(ThrottlePolicy::new().try_with_window(long)),
            "window = 86401s: must be within 1s..=86400s",
        ),
    ];
    for (error, text) in refused {
        assert_eq!(error.to_string(), text);
        assert!(text.starts_with(error.field().as_str()));
    }
}

fn error<T: std::fmt::Debug>(result: Result<T, LimitError>) -> LimitError {
    result.unwrap_err()
}

#[test]
fn an_error_has_its_parts() {
    let error = error(BudgetPolicy::try_grpc(1001, 0.1));
    assert_eq!(error.field(), LimitField::MaxTokens);
    assert_eq!(error.value(), LimitValue::Count(1001));
    assert_eq!(error.bound(), LimitBound::Within(LimitValue::Count(1), LimitValue::Count(1000)));
}

#[test]
fn the_setters_for_constants_panic_with_the_field_and_its_bound() {
    let panic = catch_unwind(|| BudgetPolicy::new().with_max_tokens(1001)).unwrap_err();
    let text = panic.downcast_ref::<String>().map(String::as_str);
    assert_eq!(text, Some("max_tokens must be in 1..=1000"));
}

#[test]
fn a_policy_prints_what_it_was_given() {
    let print = |policy: BudgetPolicy| format!("{policy:?}");
    assert_eq!(
        print(BudgetPolicy::new().with_max_tokens(5)),
        "BudgetPolicy { ratio: 0.1, payback: 1.5, max_tokens: 5 }"
    );
    assert_eq!(
        print(BudgetPolicy::ratio(0.2)),
        "BudgetPolicy::ratio { ratio: 0.2, min_per_second: 10, ttl: 10s }"
    );
    assert_eq!(
        print(BudgetPolicy::grpc(10, 0.1)),
        "BudgetPolicy::grpc { max_tokens: 10, token_ratio: 0.1 }"
    );
    assert_eq!(print(BudgetPolicy::aws()), "BudgetPolicy::aws");
}
