//! The arithmetic of every sort of budget, against what its source publishes and a model.

use proptest::prelude::*;

use super::*;

const SECOND: u64 = nanos::PER_SECOND;

fn ask() -> Ask {
    Ask { kind: ErrorKind::Server, cost: None, max_attempts: 3, dearest: 1.0 }
}

/// The outcome of each in turn: `+` a call that succeeds at once, `-` one whose first attempt
/// fails and that asks for a retry: `y` it got one, `n` it did not.
fn play(budget: &Budget, calls: &str) -> String {
    let mut answers = String::new();
    for call in calls.chars() {
        if call == '+' {
            budget.succeeded(1, Reservation::default(), || 0);
        } else {
            budget.failed(1, || 0);
            answers.push(if budget.reserve(ask(), || 0).is_some() { 'y' } else { 'n' });
        }
    }
    answers
}

fn drain(budget: &Budget) -> usize {
    (0..100_000).take_while(|_| budget.reserve(ask(), || 0).is_some()).count()
}

/// 0.1, 0.4, 0.6, 0.7 and 0.9 of a retry per call: none becomes another.
#[test]
fn every_ratio_is_exact() {
    for (ratio, retries) in [(0.1, 1000), (0.4, 4000), (0.6, 6000), (0.7, 7000), (0.9, 9000)] {
        let policy = BudgetPolicy::ratio(ratio).with_min_per_second(0);
        let budget = Budget::new(policy);
        (0..10_000).for_each(|_| budget.succeeded(1, Reservation::default(), || 0));
        assert_eq!(drain(&budget), retries, "{ratio}");
        let budget = Budget::new(BudgetPolicy::new().with_ratio(ratio).with_max_tokens(1000));
        let mut whole = 0;
        drain(&budget);
        for _ in 0..10_000 {
            budget.succeeded(1, Reservation::default(), || 0);
            whole += drain(&budget);
        }
        assert_eq!(whole, retries, "{ratio}");
    }
}

#[test]
fn the_smallest_ratio_is_not_zero() {
    let budget = Budget::new(BudgetPolicy::new().with_ratio(1e-6));
    drain(&budget);
    (0..999_999).for_each(|_| budget.succeeded(1, Reservation::default(), || 0));
    assert_eq!(drain(&budget), 0);
    budget.succeeded(1, Reservation::default(), || 0);
    assert_eq!(drain(&budget), 1);
}

#[test]
fn threads_together_draw_no_more_than_there_is() {
    let budgets =
        [BudgetPolicy::new(), BudgetPolicy::ratio(0.1).with_min_per_second(1)].map(Budget::new);
    for budget in &budgets {
        let granted = std::thread::scope(|scope| {
            let drawer = || (0..100).filter(|_| budget.reserve(ask(), || 0).is_some()).count();
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(drawer)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
        });
        assert_eq!(granted, 10);
    }
}

#[test]
fn a_cancelled_retry_gives_its_token_back() {
    for policy in [BudgetPolicy::new(), BudgetPolicy::ratio(0.1), BudgetPolicy::aws()] {
        let budget = Budget::new(policy);
        drain(&budget);
        let before = budget.snapshot();
        budget.give_back(Reservation(TOKEN * 5), || 0);
        let reservation = budget.reserve(ask(), || 0).expect("what was given back");
        budget.give_back(reservation, || 0);
        assert!((budget.snapshot().tokens - before.tokens - 5.0).abs() < 1e-9, "{policy:?}");
    }
}

#[test]
fn a_cost_above_the_capacity_asks_for_a_full_bucket() {
    let costly = Ask { cost: Some(1_000_000.0), ..ask() };
    for policy in
        [BudgetPolicy::new(), BudgetPolicy::ratio(0.5).with_min_per_second(2), BudgetPolicy::aws()]
    {
        let budget = Budget::new(policy);
        assert!(budget.reserve(costly, || 0).is_some(), "{policy:?}");
        assert!(budget.reserve(ask(), || 0).is_none(), "{policy:?}");
        assert!(budget.reserve(costly, || 0).is_none(), "{policy:?}");
    }
}

#[test]
fn successes_fill_an_empty_budget() {
    let budget = Budget::new(BudgetPolicy::new());
    assert_eq!(drain(&budget), 10);
    assert_eq!(play(&budget, "+++++++++-"), "n");
    assert_eq!(play(&budget, "+-"), "y");
}

#[test]
fn the_productive_budget_starts_full_and_holds_no_more_than_its_cap() {
    let budget = Budget::new(BudgetPolicy::new());
    (0..1000).for_each(|_| budget.succeeded(1, Reservation::default(), || 0));
    assert_eq!(drain(&budget), 10);
    assert_eq!(budget.snapshot().refused, 1);
    assert!((budget.snapshot().drawn - 10.0).abs() < 1e-9);
}

#[test]
fn a_retry_that_works_pays_one_and_a_half_back_and_one_that_the_server_asked_for_nothing() {
    let budget = Budget::new(BudgetPolicy::new());
    drain(&budget);
    budget.succeeded(2, Reservation(TOKEN), || 0);
    assert!((budget.snapshot().tokens - 1.5).abs() < 1e-9);
    budget.succeeded(3, Reservation(2 * TOKEN), || 0);
    assert!((budget.snapshot().tokens - 4.5).abs() < 1e-9);
    budget.succeeded(2, Reservation::default(), || 0);
    assert!((budget.snapshot().tokens - 4.5).abs() < 1e-9);
}

#[test]
fn the_capacity_follows_the_rate_between_one_call_and_the_most() {
    // Calls per second, attempts of each, tokens.
    for (calls, max_attempts, capacity) in
        [(0, 3, 2), (1, 3, 2), (5, 3, 5), (8, 10, 9), (50, 3, 10), (50, 21, 20)]
    {
        let budget = Budget::new(BudgetPolicy::new());
        let ask = Ask { max_attempts, ..ask() };
        budget.failed(1, || 0);
        // The rate does not count the call that asks, and does the one before.
        (1..calls * 10).for_each(|_| budget.succeeded(1, Reservation::default(), || 0));
        budget.failed(1, || 10 * SECOND);
        let drawn = (0..100_000).take_while(|_| budget.reserve(ask, || 0).is_some()).count();
        assert_eq!(drawn, capacity, "{calls} calls per second");
    }
}

#[test]
fn a_lone_call_has_all_its_attempts_and_the_next_has_to_earn_them() {
    let budget = Budget::new(BudgetPolicy::new());
    let twenty = Ask { max_attempts: 20, ..ask() };
    let retries = |now: u64| {
        let mut retries = 0;
        for attempt in 1..=20 {
            budget.failed(attempt, || now);
            if attempt == 20 || budget.reserve(twenty, || now).is_none() {
                break;
            }
            retries += 1;
        }
        retries
    };
    assert_eq!(retries(0), 19);
    assert_eq!(retries(10 * SECOND), 0, "the outage goes on");
    assert_eq!(retries(69 * SECOND), 0, "59 s of quiet");
    assert_eq!(retries(129 * SECOND), 19, "a minute of quiet");
}

#[test]
fn a_call_that_retries_within_the_minute_keeps_the_budget_from_filling() {
    let budget = Budget::new(BudgetPolicy::new());
    drain(&budget);
    for second in (0..600).step_by(30) {
        budget.failed(1, || second * SECOND);
        assert!(budget.reserve(ask(), || 0).is_none(), "at {second} s");
    }
}

#[test]
fn a_warning_is_due_once_in_ten_seconds() {
    let budget = Budget::new(BudgetPolicy::new());
    let due: Vec<_> = [0, 1, 9, 10, 11, 19, 20].map(|at| budget.should_warn(at * SECOND)).into();
    assert_eq!(due, [true, false, false, true, false, false, true]);
}

/// gRFC A6: tokens start at `maxTokens`, a failed call takes 1, a success brings `tokenRatio`, and
/// retries go while there is more than half.
#[test]
fn the_grpc_throttle_is_the_published_one() {
    let table = [
        // 10 tokens: after four failures 6 > 5, after five 5 is not.
        (10, 0.1, "-----", "yyyyn"),
        // An odd maximum: 3 tokens, half is 1.5; after one failure 2, after two 1.
        (3, 0.1, "---", "ynn"),
        // 5 + ten times 0.1 is 6, and the next failure takes it to 5.
        (10, 0.1, "-----++++++++++-", "yyyynn"),
        (10, 0.1, "-----+++++++++++-", "yyyyny"),
        // Never below zero: 20 failures, then 6 successes of 1 make 6, less the failure 5.
        (10, 1.0, "--------------------++++++-", "yyyynnnnnnnnnnnnnnnnn"),
        (10, 1.0, "--------------------+++++++-", "yyyynnnnnnnnnnnnnnnny"),
        // 9.9 + 0.7 is cut to 10.
        (10, 0.7, "++++-----", "yyyyn"),
        // Digits after the third are cut: 0.5466 is 0.546.
        (2, 0.5466, "-++-", "nn"),
        (2, 0.5, "--+++-", "nnn"),
    ];
    for (max, ratio, calls, answers) in table {
        let budget = Budget::new(BudgetPolicy::grpc(max, ratio));
        assert_eq!(play(&budget, calls), answers, "grpc({max}, {ratio}) {calls}");
    }
    assert_eq!(BudgetPolicy::grpc(2, 0.5466), BudgetPolicy::grpc(2, 0.546));
    assert_ne!(BudgetPolicy::grpc(2, 0.5466), BudgetPolicy::grpc(2, 0.547));
}

/// Finagle's `RetryBudget(ttl, minRetriesPerSec, percentCanRetry)`: the reserve is the minimum for
/// the whole time, a call brings its percentage, and both are gone after the time.
#[test]
fn the_ratio_budget_is_the_published_one() {
    let budget = Budget::new(BudgetPolicy::ratio(0.2));
    assert_eq!(drain(&budget), 100, "10 per second for 10 s");
    let five = BudgetPolicy::ratio(0.2).with_min_per_second(0);
    let budget = Budget::new(five);
    assert_eq!(play(&budget, "-----"), "nnnny", "one retry for five calls");
    assert_eq!(play(&budget, "++++++++++--"), "yy");
    let budget = Budget::new(five.with_ttl(std::time::Duration::from_secs(5)));
    (0..10).for_each(|_| budget.succeeded(1, Reservation::default(), || 0));
    assert!(budget.reserve(ask(), || 4 * SECOND).is_some());
    assert!(budget.reserve(ask(), || 5 * SECOND).is_none(), "the calls were 5 s ago");
    budget.succeeded(2, Reservation(TOKEN), || 5 * SECOND);
    assert!(budget.reserve(ask(), || 5 * SECOND).is_none(), "a call brings its share once");
}

/// The AWS SDKs' standard retry quota: 500; a retry 5, a timeout 10; a retry that works gives its
/// own back, a call without one brings 1.
#[test]
fn the_aws_quota_is_the_published_one() {
    let left = |budget: &Budget| budget.snapshot().tokens;
    let budget = Budget::new(BudgetPolicy::aws());
    let costs = [
        (ErrorKind::Server, 495.0),
        (ErrorKind::Timeout, 485.0),
        (ErrorKind::Network, 475.0),
        (ErrorKind::RateLimit, 470.0),
    ];
    for (kind, tokens) in costs {
        assert!(budget.reserve(Ask { kind, ..ask() }, || 0).is_some());
        assert!((left(&budget) - tokens).abs() < 1e-9, "{kind}");
    }
    budget.succeeded(1, Reservation::default(), || 0);
    assert!((left(&budget) - 471.0).abs() < 1e-9);
    budget.succeeded(3, Reservation(10 * TOKEN), || 0);
    assert!((left(&budget) - 481.0).abs() < 1e-9);
    budget.failed(1, || 0);
    assert!((left(&budget) - 481.0).abs() < 1e-9, "a failure alone takes nothing");
    assert_eq!(drain(&budget), 96, "481 / 5");
    assert_eq!(drain(&Budget::new(BudgetPolicy::aws())), 100);
}

#[derive(Clone, Debug)]
enum Move {
    Success,
    Retry { works: bool, cancelled: bool, cost: u32 },
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let retry = (any::<bool>(), any::<bool>(), 0..4_u32)
        .prop_map(|(works, cancelled, cost)| Move::Retry { works, cancelled, cost });
    prop::collection::vec(prop_oneof![3 => Just(Move::Success), 2 => retry], 0..300)
}

proptest! {
    /// Against a bucket in whole millionths that is cut at its cap after every move, and against
    /// the law.
    #[test]
    fn the_productive_budget_is_a_bucket(
        moves in moves(), ratio in 1..=1_000_000_u64, max in 2..=50_u64, payback in 0..=2_000_000_u64,
    ) {
        #[allow(clippy::cast_precision_loss)]
        let policy = BudgetPolicy::new()
            .with_ratio(ratio as f64 / 1e6)
            .with_payback(payback as f64 / 1e6)
            .with_max_tokens(u32::try_from(max).unwrap());
        let budget = Budget::new(policy);
        let token = u64::from(TOKEN);
        let (mut model, cap) = (max * token, max * token);
        let (mut successes, mut wasted, mut worked) = (0, 0, 0);
        for step in moves {
            match step {
                Move::Success => {
                    budget.succeeded(1, Reservation::default(), || 0);
                    successes += 1;
                    model = (model + ratio).min(cap);
                }
                Move::Retry { works, cancelled, cost } => {
                    let drawn = budget.reserve(Ask { cost: Some(f64::from(cost)), ..ask() }, || 0);
                    let units = (u64::from(cost) * token).min(cap);
                    prop_assert_eq!(drawn.is_some(), model >= units);
                    let Some(drawn) = drawn else { continue };
                    prop_assert_eq!(u64::from(drawn.0), units);
                    model -= units;
                    if cancelled {
                        budget.give_back(drawn, || 0);
                        model = (model + units).min(cap);
                    } else if works {
                        budget.succeeded(2, drawn, || 0);
                        worked += units;
                        model = (model + units * payback / token).min(cap);
                    } else {
                        wasted += units;
                    }
                }
            }
            let earned = worked * payback / token;
            prop_assert!(wasted + worked <= ratio * successes + cap + earned);
        }
        #[allow(clippy::cast_precision_loss)]
        let tokens = model as f64 / f64::from(TOKEN);
        prop_assert!((budget.snapshot().tokens - tokens).abs() < 1e-9);
    }
}
