//! Every interleaving of two or three threads on one budget, by loom:
//! `RUSTFLAGS="--cfg retry_loom" cargo test -p retry-core --lib --release loom`.

use super::*;
use crate::machines::sync::Arc;

fn ask() -> Ask {
    Ask { kind: ErrorKind::Server, cost: None, max_attempts: 2, dearest: 1.0 }
}

fn draws(budget: &Budget) -> u32 {
    u32::from(budget.reserve(ask(), || 0).is_some())
}

/// Runs `model` with a budget that holds `held` of at most `max` tokens.
fn with_budget(policy: BudgetPolicy, model: impl Fn(Arc<Budget>) + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    // Keeps three threads within seconds.
    builder.preemption_bound = Some(3);
    builder.check(move || {
        let budget = Budget::new(policy);
        if !budget.numbers.are_of_a_bucket() {
            // Made by who comes first, which is no part of any model.
            budget.window();
        }
        model(Arc::new(budget));
    });
}

#[test]
fn loom_two_threads_cannot_draw_one_token() {
    let one = [
        BudgetPolicy::new().with_max_tokens(1),
        BudgetPolicy::ratio(0.1).with_min_per_second(1).with_ttl(std::time::Duration::from_secs(1)),
    ];
    for policy in one {
        with_budget(policy, |budget| {
            let other = {
                let budget = budget.clone();
                loom::thread::spawn(move || draws(&budget))
            };
            let own = draws(&budget);
            assert_eq!(own + other.join().unwrap(), 1);
        });
    }
}

#[test]
fn loom_deposits_that_race_at_the_cap_do_not_lift_it() {
    let policy = BudgetPolicy::new().with_ratio(1.0).with_max_tokens(1);
    with_budget(policy, |budget| {
        assert_eq!(draws(&budget), 1);
        let deposit = |budget: Arc<Budget>| {
            loom::thread::spawn(move || budget.succeeded(1, Reservation::default(), || 0))
        };
        let others = [deposit(budget.clone()), deposit(budget.clone())];
        let during = draws(&budget);
        others.into_iter().for_each(|other| other.join().unwrap());
        let after = draws(&budget);
        assert_eq!(draws(&budget), 0);
        assert!(after == 1 || during == 1, "a deposit was lost");
    });
}

#[test]
fn loom_what_is_given_back_can_be_drawn_once() {
    with_budget(BudgetPolicy::new().with_max_tokens(1), |budget| {
        let reservation = budget.reserve(ask(), || 0).unwrap();
        let other = {
            let budget = budget.clone();
            loom::thread::spawn(move || budget.give_back(reservation, || 0))
        };
        let during = draws(&budget);
        other.join().unwrap();
        assert_eq!(during + draws(&budget), 1);
    });
}

/// Whatever comes in between: no more is drawn by retries that do not work than the capacity and
/// the ratio of the calls that succeed at once.
#[test]
fn loom_the_law_of_unproductive_retries_holds() {
    let policy = BudgetPolicy::new().with_ratio(0.5).with_max_tokens(1);
    with_budget(policy, |budget| {
        let caller = |budget: Arc<Budget>| {
            loom::thread::spawn(move || {
                budget.succeeded(1, Reservation::default(), || 0);
                draws(&budget)
            })
        };
        let others = [caller(budget.clone()), caller(budget.clone())];
        let own = draws(&budget);
        let drawn = own + others.into_iter().map(|other| other.join().unwrap()).sum::<u32>();
        // One of the capacity, and two times one half.
        assert!(drawn <= 2, "{drawn}");
    });
}

/// A window that moves on while two threads draw from it: what one draws is not forgotten.
#[test]
fn loom_a_window_that_moves_on_forgets_no_withdrawal() {
    const LATER: u64 = 100 * nanos::PER_SECOND;
    let policy =
        BudgetPolicy::ratio(0.1).with_min_per_second(1).with_ttl(std::time::Duration::from_secs(1));
    with_budget(policy, |budget| {
        let other = {
            let budget = budget.clone();
            loom::thread::spawn(move || u32::from(budget.reserve(ask(), || LATER).is_some()))
        };
        let own = u32::from(budget.reserve(ask(), || LATER).is_some());
        let drawn = own + other.join().unwrap();
        assert_eq!(drawn, 1);
        assert!(budget.reserve(ask(), || LATER).is_none());
    });
}

/// A draw and another policy at once: no more is drawn than the more generous of the two holds.
#[test]
fn loom_another_policy_lets_nobody_overdraw() {
    let one_free =
        BudgetPolicy::ratio(0.1).with_min_per_second(1).with_ttl(std::time::Duration::from_secs(1));
    let [one, two] = [1, 2].map(|max| BudgetPolicy::new().with_max_tokens(max));
    for (before, after, most) in
        [(one, two, 2), (two, one, 2), (one, one_free, 1), (one_free, one, 1)]
    {
        with_budget(before, move |budget| {
            let other = {
                let budget = budget.clone();
                loom::thread::spawn(move || draws(&budget) + draws(&budget))
            };
            budget.set_policy(after);
            let drawn = other.join().unwrap() + (0..3).map(|_| draws(&budget)).sum::<u32>();
            assert!(drawn <= most, "{drawn} of {most}: {before:?}, {after:?}");
        });
    }
}

/// What was drawn under one policy comes back under another, while a third draws.
#[test]
fn loom_what_comes_back_under_another_policy_is_drawn_once() {
    let policy = BudgetPolicy::new().with_max_tokens(2);
    with_budget(policy, |budget| {
        let reservation = budget.reserve(ask(), || 0).unwrap();
        let other = {
            let budget = budget.clone();
            loom::thread::spawn(move || {
                budget.give_back(reservation, || 0);
                draws(&budget)
            })
        };
        budget.set_policy(BudgetPolicy::new().with_max_tokens(1));
        let drawn = other.join().unwrap() + (0..3).map(|_| draws(&budget)).sum::<u32>();
        assert!((1..=2).contains(&drawn), "{drawn}");
        assert!(budget.snapshot().drawn >= 0.0);
    });
}
