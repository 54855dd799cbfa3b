//! The numbers of a budget, which may change while calls read them.
//!
//! Each is a word of its own and read relaxed. What a number means depends on the sort of budget, so
//! the sort is written last and read first: whoever sees it sees the numbers that came with it, or
//! later ones.

use crate::machines::sync::{AtomicU32, AtomicU64, Ordering, const_unless_loom};
use crate::values::budget_policy::{Model, TOKEN};

/// A [`Model`] in atomics.
#[derive(Debug)]
pub(super) struct Numbers {
    sort: AtomicU32,
    /// What a call brings.
    deposit: AtomicU32,
    /// The most that a bucket holds.
    max: AtomicU32,
    /// The payback of the productive budget, the free retries per second of a ratio.
    extra: AtomicU32,
    ttl: AtomicU64,
}

const PRODUCTIVE: u32 = 0;
const RATIO: u32 = 1;
const GRPC: u32 = 2;
const AWS: u32 = 3;

/// What the AWS SDKs hold at most.
const AWS_MAX: u32 = 500 * TOKEN;

impl Numbers {
    const_unless_loom! {
        pub(super) fn new(model: Model) -> Self {
            let Parts { sort, deposit, max, extra, ttl } = Parts::of(model);
            Self {
                sort: AtomicU32::new(sort),
                deposit: AtomicU32::new(deposit),
                max: AtomicU32::new(max),
                extra: AtomicU32::new(extra),
                ttl: AtomicU64::new(ttl),
            }
        }
    }

    pub(super) fn store(&self, model: Model) {
        let Parts { sort, deposit, max, extra, ttl } = Parts::of(model);
        self.deposit.store(deposit, Ordering::Relaxed);
        self.max.store(max, Ordering::Relaxed);
        self.extra.store(extra, Ordering::Relaxed);
        // A window that is being left still divides by its time.
        if ttl != 0 {
            self.ttl.store(ttl, Ordering::Relaxed);
        }
        self.sort.store(sort, Ordering::Release);
    }

    pub(super) fn load(&self) -> Model {
        let sort = self.sort.load(Ordering::Acquire);
        let (max, extra) = (self.max(), self.extra.load(Ordering::Relaxed));
        match sort {
            PRODUCTIVE => Model::Productive { ratio: self.deposit(), payback: extra, max },
            RATIO => Model::Ratio { ratio: self.deposit(), min_per_second: extra, ttl: self.ttl() },
            GRPC => Model::Grpc { max, token_ratio: self.deposit() },
            _ => Model::Aws,
        }
    }

    /// Whether tokens are in a bucket, and not a sum over the last while.
    #[inline]
    pub(super) fn are_of_a_bucket(&self) -> bool {
        self.sort.load(Ordering::Acquire) != RATIO
    }

    /// Of a ratio budget, or the last one that this was.
    pub(super) fn ttl(&self) -> u64 {
        self.ttl.load(Ordering::Relaxed)
    }

    #[inline]
    pub(super) fn deposit(&self) -> u32 {
        self.deposit.load(Ordering::Relaxed)
    }

    #[inline]
    pub(super) fn max(&self) -> u32 {
        self.max.load(Ordering::Relaxed)
    }
}

/// The most that a bucket of this sort holds.
pub(super) const fn max_of(model: Model) -> u32 {
    Parts::of(model).max
}

/// What is stored for a model.
struct Parts {
    sort: u32,
    deposit: u32,
    max: u32,
    extra: u32,
    ttl: u64,
}

impl Parts {
    const fn of(model: Model) -> Self {
        let none = Self { sort: AWS, deposit: TOKEN, max: AWS_MAX, extra: 0, ttl: 0 };
        match model {
            Model::Productive { ratio, payback, max } => {
                Self { sort: PRODUCTIVE, deposit: ratio, max, extra: payback, ..none }
            }
            Model::Ratio { ratio, min_per_second, ttl } => {
                Self { sort: RATIO, deposit: ratio, extra: min_per_second, ttl, ..none }
            }
            Model::Grpc { max, token_ratio } => {
                Self { sort: GRPC, deposit: token_ratio, max, ..none }
            }
            Model::Aws => none,
        }
    }
}

#[cfg(all(test, not(retry_loom)))]
mod tests {
    use super::*;
    use crate::values::budget_policy::BudgetPolicy;

    #[test]
    fn what_was_stored_is_loaded() {
        let policies = [
            BudgetPolicy::new().with_ratio(0.3).with_payback(0.5).with_max_tokens(7),
            BudgetPolicy::ratio(0.2).with_min_per_second(3),
            BudgetPolicy::grpc(9, 0.7),
            BudgetPolicy::aws(),
        ];
        for first in policies {
            for next in policies {
                let numbers = Numbers::new(first.model);
                assert!(numbers.load() == first.model);
                numbers.store(next.model);
                assert!(numbers.load() == next.model, "{first:?}, {next:?}");
            }
        }
    }
}
