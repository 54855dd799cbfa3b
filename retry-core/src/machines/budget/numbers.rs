//! The numbers of a budget, which may change while calls read them.
//!
//! Each is a word of its own and read relaxed. The sort of budget says which of them matter; it is
//! written last and read first, so whoever sees it sees the numbers that came with it, or later
//! ones. A later one may be another sort's, so no number means two things that could be taken for
//! each other: a payback that is read as free retries would be a million of them.

use crate::machines::sync::{AtomicU32, AtomicU64, Ordering, const_unless_loom};
use crate::values::budget_policy::{Model, TOKEN};

/// A [`Model`] in atomics. What a sort does not use stays what it was.
#[derive(Debug)]
pub(super) struct Numbers {
    sort: AtomicU32,
    /// What a success brings into a bucket, and the most that it holds.
    deposit: AtomicU32,
    max: AtomicU32,
    payback: AtomicU32,
    /// What a call brings to a window.
    ratio: AtomicU32,
    min_per_second: AtomicU32,
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
            let numbers = Self {
                sort: AtomicU32::new(sort_of(model)),
                deposit: AtomicU32::new(TOKEN),
                max: AtomicU32::new(max_of(model)),
                payback: AtomicU32::new(0),
                ratio: AtomicU32::new(0),
                min_per_second: AtomicU32::new(0),
                ttl: AtomicU64::new(0),
            };
            match model {
                Model::Productive { ratio, payback, .. } => Self {
                    deposit: AtomicU32::new(ratio),
                    payback: AtomicU32::new(payback),
                    ..numbers
                },
                Model::Ratio { ratio, min_per_second, ttl } => Self {
                    ratio: AtomicU32::new(ratio),
                    min_per_second: AtomicU32::new(min_per_second),
                    ttl: AtomicU64::new(ttl),
                    ..numbers
                },
                Model::Grpc { token_ratio, .. } => {
                    Self { deposit: AtomicU32::new(token_ratio), ..numbers }
                }
                Model::Aws => numbers,
            }
        }
    }

    pub(super) fn store(&self, model: Model) {
        let order = Ordering::Relaxed;
        match model {
            Model::Productive { ratio, payback, .. } => {
                self.deposit.store(ratio, order);
                self.payback.store(payback, order);
            }
            Model::Ratio { ratio, min_per_second, ttl } => {
                self.ratio.store(ratio, order);
                self.min_per_second.store(min_per_second, order);
                self.ttl.store(ttl, order);
            }
            Model::Grpc { token_ratio, .. } => self.deposit.store(token_ratio, order),
            Model::Aws => self.deposit.store(TOKEN, order),
        }
        if !matches!(model, Model::Ratio { .. }) {
            self.max.store(max_of(model), order);
        }
        self.sort.store(sort_of(model), Ordering::Release);
    }

    pub(super) fn load(&self) -> Model {
        match self.sort.load(Ordering::Acquire) {
            PRODUCTIVE => Model::Productive {
                ratio: self.deposit(),
                payback: self.payback.load(Ordering::Relaxed),
                max: self.max(),
            },
            RATIO => Model::Ratio {
                ratio: self.ratio.load(Ordering::Relaxed),
                min_per_second: self.min_per_second.load(Ordering::Relaxed),
                ttl: self.ttl(),
            },
            GRPC => Model::Grpc { max: self.max(), token_ratio: self.deposit() },
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
    match model {
        Model::Productive { max, .. } | Model::Grpc { max, .. } => max,
        Model::Aws | Model::Ratio { .. } => AWS_MAX,
    }
}

const fn sort_of(model: Model) -> u32 {
    match model {
        Model::Productive { .. } => PRODUCTIVE,
        Model::Ratio { .. } => RATIO,
        Model::Grpc { .. } => GRPC,
        Model::Aws => AWS,
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
