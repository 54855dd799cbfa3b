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
            _ => i128_part(held.min(floor), to.into(), floor),
        };
        self.bucket.set(u32::try_from(part).unwrap_or(u32::MAX).min(to));
        self.seen.store(to, Ordering::Relaxed);
    }

    /// As much of the window's free retries as there is of the bucket.
    fn fill_window(&self, floor: i64, ttl: u64) {
        let from = self.capacity_of(self.numbers.load());
        let held = self.bucket.drain().min(from);
        let window = self.window_of(ttl);
        window.restart(i128_part(held.into(), floor, from.into()) - floor);
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
fn i128_part(count: i64, of: i64, all: i64) -> i64 {
    let part = i128::from(count) * i128::from(of) / i128::from(all.max(1));
    i64::try_from(part).unwrap_or(i64::MAX)
}
