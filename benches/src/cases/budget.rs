//! What a budget adds: a deposit to a call that succeeds, a draw to one that is retried.
//!
//! Its account is not public, so it is the difference of two calls.

use std::cell::Cell;
use std::hint::black_box;
use std::io;
use std::time::Duration;

use retry_core::{BudgetPolicy, Jitter, Retry, RetryBudget, RetryPolicy};

use crate::cases::Case;
use crate::jump::Jump;

const TABLE: &str = "budget";

const POLICY: RetryPolicy = RetryPolicy::new()
    .with_max_attempts(2)
    .with_initial_delay(Duration::from_nanos(1))
    .with_jitter(Jitter::None);

pub(super) const CASES: [Case; 8] = [
    Case::other(TABLE, "success at once, no budget", |times| succeed(times, &without(), 0)),
    Case::other(TABLE, "success at once", |times| succeed(times, &with(BudgetPolicy::new()), 0)),
    Case::other(TABLE, "success at the second attempt, no budget", |times| {
        succeed(times, &without(), 1);
    }),
    Case::other(TABLE, "success at the second attempt", |times| {
        succeed(times, &with(BudgetPolicy::new()), 1);
    }),
    Case::other(TABLE, "success at the second attempt, `BudgetPolicy::ratio`", |times| {
        succeed(times, &with(BudgetPolicy::ratio(1.0)), 1);
    }),
    Case::other(TABLE, "success at the second attempt, `BudgetPolicy::aws`", |times| {
        succeed(times, &with(BudgetPolicy::aws()), 1);
    }),
    Case::other(TABLE, "one failed attempt, no retry allowed", |times| {
        fail(times, &without().with_max_attempts(1).expect("one is allowed"));
    }),
    Case::other(TABLE, "one failed attempt, budget used up", |times| {
        let retry = with(BudgetPolicy::new());
        fail(20, &retry);
        fail(times, &retry);
    }),
];

fn without() -> Retry {
    Retry::new(POLICY).with_clock(Jump::now()).with_seed(7).without_budget()
}

fn with(policy: BudgetPolicy) -> Retry {
    without().with_budget(RetryBudget::new(policy))
}

fn refused() -> io::Error {
    io::ErrorKind::ConnectionRefused.into()
}

/// Calls that succeed after so many failures.
///
/// # Panics
///
/// When a call gives up, since then something else was counted.
fn succeed(times: u64, retry: &Retry, failures: u32) {
    for _ in 0..times {
        let left = Cell::new(black_box(failures));
        let result = retry.run_blocking(|| match left.get() {
            0 => Ok(()),
            more => {
                left.set(more - 1);
                Err(refused())
            }
        });
        result.expect("the budget lets it go");
    }
}

fn fail(times: u64, retry: &Retry) {
    for _ in 0..times {
        let _ = black_box(retry.run_blocking(|| Err::<(), _>(black_box(refused()))));
    }
}
