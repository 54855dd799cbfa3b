//! Another policy for a budget that is in use.
//!
//! The part of it that is there is kept: of a bucket, of what it held at most. A sum over the last
//! while has no most; it stays what it is, and what is free comes by the new numbers.
//!
//! What is there is always converted before the new numbers are read by anybody, in one step that no
//! draw comes between. The other way round, a draw could be cut at the new most, and what it left
//! be multiplied once more.

use std::sync::PoisonError;

use crate::machines::sync::Ordering;
use crate::values::budget_policy::{BudgetPolicy, Model};

use super::numbers::max_of;
use super::{Budget, floor_of};

impl Budget {
    /// Takes this policy from here on.
    pub(crate) fn set_policy(&self, policy: BudgetPolicy) {
        let _setting = self.setting.lock().unwrap_or_else(PoisonError::into_inner);
        let (before, after) = (self.numbers.load(), policy.model);
        match (before, after) {
            (Model::Ratio { ttl: old, .. }, Model::Ratio { ttl, .. }) => {
                if old != ttl {
                    self.window().set_window(ttl);
                }
            }
            (Model::Ratio { .. }, _) => self.fill_bucket(floor_of(before), after),
            (_, Model::Ratio { ttl, .. }) => self.fill_window(floor_of(after), ttl),
            _ => {
                let (from, to) = (self.capacity_of(before), self.capacity_after(before, after));
                self.bucket.scale(from, to);
                self.seen.store(to, Ordering::Relaxed);
            }
        }
        if !matches!(before, Model::Productive { .. }) {
            // What went by meanwhile was not told to it, and is no quiet minute.
            self.pace.restart();
        }
        self.numbers.store(after);
    }

    /// As much of the bucket as there is of the window's free retries.
    fn fill_bucket(&self, floor: i64, after: Model) {
        let to = self.pace.per_second().min(max_of(after));
        let held = self.window().drain(floor).max(0);
        let part = match floor {
            // Nothing was free, so what is there was brought by calls.
            0 => held,
            _ => part_of(held.min(floor), to.into(), floor),
        };
        self.bucket.set(u32::try_from(part).unwrap_or(u32::MAX).min(to));
        self.seen.store(to, Ordering::Relaxed);
    }

    /// As much of the window's free retries as there is of the bucket.
    fn fill_window(&self, floor: i64, ttl: u64) {
        let from = self.capacity_of(self.numbers.load());
        let held = self.bucket.drain().min(from);
        let window = self.window_of(ttl);
        window.restart(part_of(held.into(), floor, from.into()) - floor);
        window.set_window(ttl);
    }

    /// What the bucket holds at most at present, as far as anybody has asked.
    fn capacity_of(&self, model: Model) -> u32 {
        match model {
            Model::Productive { .. } => self.seen.load(Ordering::Relaxed),
            _ => max_of(model),
        }
    }

    /// And under another policy. What bounds it may be the policy, the pace of the process, or the
    /// retries that one call may make.
    fn capacity_after(&self, before: Model, after: Model) -> u32 {
        let (Model::Productive { max: old, .. }, Model::Productive { max, .. }) = (before, after)
        else {
            return max_of(after);
        };
        let seen = self.seen.load(Ordering::Relaxed);
        let by_policy = self.pace.per_second().min(max);
        match seen.cmp(&old) {
            std::cmp::Ordering::Less => seen.min(max),
            std::cmp::Ordering::Equal => by_policy,
            std::cmp::Ordering::Greater => seen.max(by_policy),
        }
    }
}

/// `count` × `of` / `all`, where `all` is above zero and `count` at most as much.
fn part_of(count: i64, of: i64, all: i64) -> i64 {
    let part = i128::from(count) * i128::from(of) / i128::from(all.max(1));
    i64::try_from(part).unwrap_or(i64::MAX)
}

#[cfg(all(test, not(retry_loom)))]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::super::{Ask, Reservation};
    use super::*;
    use crate::values::budget_policy::TOKEN;
    use crate::values::kind::ErrorKind;
    use crate::values::nanos::PER_SECOND as SECOND;

    fn ask() -> Ask {
        Ask { kind: ErrorKind::Server, cost: None, max_attempts: 3, dearest: 1.0 }
    }

    fn draw(budget: &Budget, count: u32) {
        (0..count).for_each(|_| assert!(budget.reserve(ask(), || 0).is_some()));
    }

    fn tokens(budget: &Budget) -> f64 {
        budget.snapshot().tokens
    }

    const fn productive(max: u32) -> BudgetPolicy {
        BudgetPolicy::new().with_max_tokens(max)
    }

    fn free(per_second: u32) -> BudgetPolicy {
        BudgetPolicy::ratio(0.1).with_min_per_second(per_second).with_ttl(Duration::from_secs(10))
    }

    #[test]
    fn one_that_is_half_full_stays_half_full() {
        for (before, cost, after, held) in [
            (productive(10), 5, productive(20), 10.0),
            (productive(10), 5, productive(4), 2.0),
            (productive(10), 5, BudgetPolicy::aws(), 250.0),
            (productive(10), 5, BudgetPolicy::grpc(8, 0.1), 4.0),
            (productive(10), 5, free(4), 20.0),
            (BudgetPolicy::aws(), 50, productive(10), 5.0),
            (free(10), 50, productive(10), 5.0),
            (free(10), 50, BudgetPolicy::aws(), 250.0),
        ] {
            let budget = Budget::new(before);
            draw(&budget, cost);
            budget.set_policy(after);
            assert!((tokens(&budget) - held).abs() < 1e-5, "{before:?}, {after:?}: {budget:?}");
            assert!(budget.policy() == after);
        }
    }

    #[test]
    fn one_that_is_full_or_empty_stays_so() {
        let policies = [productive(10), productive(30), BudgetPolicy::aws(), free(1), free(50)];
        for before in policies {
            for after in policies.into_iter().filter(|after| *after != before) {
                let full = Budget::new(before);
                full.set_policy(after);
                let held = Budget::new(after).snapshot().tokens;
                assert!((tokens(&full) - held).abs() < 1e-9, "{before:?}, {after:?}");
                if matches!((before.model, after.model), (Model::Ratio { .. }, Model::Ratio { .. }))
                {
                    continue;
                }
                let empty = Budget::new(before);
                while empty.reserve(ask(), || 0).is_some() {}
                empty.set_policy(after);
                assert!(empty.reserve(ask(), || 0).is_none(), "{before:?}, {after:?}");
            }
        }
    }

    #[test]
    fn a_ratio_keeps_what_was_brought_and_drawn_also_for_another_time() {
        let budget = Budget::new(free(10));
        draw(&budget, 60);
        budget.set_policy(free(20));
        assert!((tokens(&budget) - 140.0).abs() < 1e-9);
        budget.set_policy(free(20).with_ttl(Duration::from_secs(30)));
        assert!((tokens(&budget) - 540.0).abs() < 1e-9);
        assert!(budget.reserve(ask(), || 31 * SECOND).is_some());
        assert!((tokens(&budget) - 539.0).abs() < 61.0);
        assert!(budget.reserve(ask(), || 70 * SECOND).is_some());
        assert!((tokens(&budget) - 599.0).abs() < 1e-9, "what was drawn is over");
    }

    #[test]
    fn each_number_has_its_effect_on_the_next_call() {
        let budget = Budget::new(productive(10));
        draw(&budget, 10);
        budget.set_policy(productive(10).with_ratio(0.5).with_payback(2.0));
        budget.succeeded(1, Reservation::default(), || 0);
        assert!((tokens(&budget) - 0.5).abs() < 1e-9);
        budget.succeeded(2, Reservation(TOKEN), || 0);
        assert!((tokens(&budget) - 2.5).abs() < 1e-9);
        budget.set_policy(BudgetPolicy::grpc(10, 1.0));
        budget.succeeded(1, Reservation::default(), || 0);
        budget.failed(1, || 0);
        budget.failed(1, || 0);
        assert!((tokens(&budget) - 1.5).abs() < 1e-9);
    }

    /// The pace had not been told of the failures meanwhile, took them for a quiet minute, and
    /// filled the budget in the middle of the outage.
    #[test]
    fn what_it_was_not_told_of_is_no_quiet_minute() {
        let budget = Budget::new(productive(10));
        budget.failed(1, || 0);
        budget.set_policy(BudgetPolicy::grpc(10, 0.1));
        (1..=100).for_each(|second| budget.failed(1, || second * SECOND));
        budget.set_policy(productive(10));
        budget.failed(1, || 101 * SECOND);
        assert!(budget.reserve(ask(), || 101 * SECOND).is_none());
    }

    #[test]
    fn a_draw_that_comes_back_under_another_policy_lifts_it_to_its_most_and_no_further() {
        let budget = Budget::new(productive(100));
        let drawn: Vec<_> = (0..50).map(|_| budget.reserve(ask(), || 0).unwrap()).collect();
        budget.set_policy(productive(3));
        for reservation in drawn {
            budget.give_back(reservation, || 0);
        }
        assert!((tokens(&budget) - 3.0).abs() < 1e-9);
        assert!(budget.snapshot().drawn.abs() < 1e-9);
        draw(&budget, 3);
        assert!(budget.reserve(ask(), || 0).is_none());
    }

    proptest! {
        #[test]
        fn any_history_with_any_policies_overdraws_nothing(
            steps in prop::collection::vec((0..5_u8, 0..6_usize), 0..200),
        ) {
            let policies = [
                productive(1), productive(1000), free(0), free(50),
                BudgetPolicy::grpc(9, 1000.0), BudgetPolicy::aws(),
            ];
            let (budget, mut now, mut out) = (Budget::new(policies[0]), 0, Vec::new());
            for (step, place) in steps {
                match step {
                    0 => budget.set_policy(policies[place]),
                    1 => out.extend(budget.reserve(ask(), || now)),
                    2 => budget.succeeded(1, Reservation::default(), || now),
                    3 => budget.failed(1, || now),
                    _ => {
                        now += SECOND * place as u64;
                        match out.pop() {
                            Some(last) if place % 2 == 0 => budget.give_back(last, || now),
                            Some(last) => budget.succeeded(2, last, || now),
                            None => {}
                        }
                    }
                }
                let snapshot = budget.snapshot();
                prop_assert!((0.0..1e9).contains(&snapshot.drawn), "{:?}", snapshot);
                prop_assert!(snapshot.tokens < 1e6, "{:?}", snapshot);
                let window = matches!(budget.policy().model, Model::Ratio { .. });
                prop_assert!(window || snapshot.tokens <= snapshot.capacity, "{:?}", snapshot);
            }
        }
    }
}
