//! The retries that many calls may make together.
//!
//! When everything fails, retries multiply the load on what is already down. A budget lets a retry
//! go only against a token, and what brings tokens is up to its policy. Withdrawals are decided by
//! one compare-and-swap: two threads cannot draw the same token, and what was drawn can be given
//! back when the retry is cancelled before it began.
//!
//! For the productive budget, in any interleaving and between two quiet minutes,
//!
//! > drawn by retries that failed ≤ ratio × calls that succeeded at once + capacity
//! >   + (payback − 1) × drawn by retries that worked
//!
//! where the last line is what retries that help earn, and zero while none does.
//!
//! All times are nanoseconds since whatever epoch the caller keeps.

mod bucket;
#[cfg(all(test, retry_loom))]
mod models;
mod pace;
#[cfg(all(test, not(retry_loom)))]
mod tests;

use crate::machines::sliding::{SLOTS, Sliding};
use crate::machines::sync::{AtomicU32, AtomicU64, Ordering, const_unless_loom};
use crate::values::budget_policy::{BudgetPolicy, Model, TOKEN};
use crate::values::kind::ErrorKind;
use crate::values::nanos;
use bucket::Bucket;
use pace::Pace;

/// What a retry asks a budget for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    /// What the attempt before failed with.
    pub(crate) kind: ErrorKind,
    /// The cost in tokens, where it is not the policy's own.
    pub(crate) cost: Option<f64>,
    /// Of the call: a budget holds at least what one call needs.
    pub(crate) max_attempts: u32,
    /// The most that one retry of the call can cost, in tokens.
    pub(crate) dearest: f64,
}

/// What a retry has drawn, in units of a token; nothing by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reservation(pub(crate) u32);

/// A budget at one moment, in tokens. That of a ratio budget is the moment of its last use.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct BudgetSnapshot {
    /// What is there to draw from; below zero where the deposits of a ratio budget are over and the
    /// withdrawals against them are not.
    pub tokens: f64,
    /// The most that the last retry that asked could have found; for a ratio budget, what is there
    /// without any call.
    pub capacity: f64,
    /// How many retries were refused so far.
    pub refused: u64,
    /// How many tokens retries have drawn so far and not given back.
    pub drawn: f64,
}

/// The machine; see the module.
#[derive(Debug)]
pub(crate) struct Budget {
    policy: BudgetPolicy,
    tokens: Tokens,
    refused: AtomicU64,
    drawn: AtomicU64,
    /// The time of the last warning, and one; 0 before the first.
    warned: AtomicU64,
}

#[derive(Debug)]
enum Tokens {
    Bucket(Bucket, Capacity),
    Window(Sliding<SLOTS>),
}

/// How much a bucket may hold now.
#[derive(Debug)]
struct Capacity {
    pace: Pace,
    /// What the last retry that asked was told; only for the snapshot.
    seen: AtomicU32,
}

/// The cost of a retry under the quota of the AWS SDKs, and after a timeout.
const AWS_RETRY: u32 = 5;
const AWS_TIMEOUT: u32 = 10;

const BETWEEN_WARNINGS: u64 = 10 * nanos::PER_SECOND;

impl Budget {
    const_unless_loom! {
        pub(crate) fn new(policy: BudgetPolicy) -> Self {
            let (deposit, max) = match policy.model {
                Model::Productive { ratio, max, .. } => (ratio, max),
                Model::Grpc { max, token_ratio } => (token_ratio, max),
                // A window has no bucket; its own numbers are read where they are needed.
                Model::Aws | Model::Ratio { .. } => (TOKEN, 500 * TOKEN),
            };
            let tokens = if let Model::Ratio { ttl, .. } = policy.model {
                Tokens::Window(Sliding::new(ttl))
            } else {
                let capacity = Capacity { pace: Pace::new(max), seen: AtomicU32::new(max) };
                Tokens::Bucket(Bucket::new(deposit, max), capacity)
            };
            let (refused, drawn) = (AtomicU64::new(0), AtomicU64::new(0));
            Self { policy, tokens, refused, drawn, warned: AtomicU64::new(0) }
        }
    }

    pub(crate) const fn policy(&self) -> BudgetPolicy {
        self.policy
    }

    /// A call succeeded at its attempt number `attempt`, before which it drew `last`.
    #[inline]
    pub(crate) fn succeeded(&self, attempt: u32, last: Reservation, now: impl FnOnce() -> u64) {
        match &self.tokens {
            Tokens::Bucket(bucket, capacity) if attempt <= 1 => {
                if bucket.deposit() {
                    capacity.pace.begin(now());
                }
            }
            tokens => self.succeeded_otherwise(tokens, attempt, (last, now)),
        }
    }

    #[cold]
    fn succeeded_otherwise(
        &self,
        tokens: &Tokens,
        attempt: u32,
        (last, now): (Reservation, impl FnOnce() -> u64),
    ) {
        match (tokens, self.policy.model) {
            (Tokens::Bucket(bucket, _), Model::Productive { payback, .. }) => {
                bucket.put(share(last.0, payback));
            }
            (Tokens::Bucket(bucket, _), Model::Grpc { .. }) => {
                bucket.deposit();
            }
            (Tokens::Bucket(bucket, _), _) => bucket.put(last.0),
            // A call brings its share once, at the end of its first attempt.
            (Tokens::Window(window), Model::Ratio { ratio, .. }) if attempt <= 1 => {
                window.add(u64::from(ratio), now());
            }
            (Tokens::Window(_), _) => {}
        }
    }

    /// Attempt number `attempt` of a call failed, whether or not it will be tried again. Told
    /// before [`reserve`](Self::reserve).
    pub(crate) fn failed(&self, attempt: u32, now: impl FnOnce() -> u64) {
        match (&self.tokens, self.policy.model) {
            (Tokens::Bucket(bucket, capacity), Model::Productive { .. }) => {
                let first = attempt <= 1;
                let calls = if first { bucket.count() } else { bucket.calls() };
                if capacity.pace.failure(calls, calls.wrapping_add(first.into()), now()) {
                    // Nobody's load is multiplied by the retries of one call in a minute.
                    bucket.fill();
                }
            }
            (Tokens::Bucket(bucket, _), Model::Grpc { .. }) => bucket.take(TOKEN),
            (Tokens::Window(window), Model::Ratio { ratio, .. }) if attempt <= 1 => {
                window.add(u64::from(ratio), now());
            }
            _ => {}
        }
    }

    /// Draws what a retry costs, before its delay; `None` when it is not there.
    pub(crate) fn reserve(&self, ask: Ask, now: impl FnOnce() -> u64) -> Option<Reservation> {
        let drawn = match &self.tokens {
            Tokens::Bucket(bucket, capacity) => self.draw(bucket, capacity, ask),
            Tokens::Window(window) => {
                let reserve = self.floor();
                let cost = ask.cost.map_or(TOKEN, fraction);
                // No more than what is there without a call, which comes back by itself.
                let most = u32::try_from(reserve).unwrap_or(u32::MAX).max(TOKEN);
                let cost = cost.min(most);
                window.withdraw(cost, reserve, now()).then_some(cost)
            }
        };
        match drawn {
            Some(units) => self.drawn.fetch_add(u64::from(units), Ordering::Relaxed),
            None => self.refused.fetch_add(1, Ordering::Relaxed),
        };
        drawn.map(Reservation)
    }

    fn draw(&self, bucket: &Bucket, capacity: &Capacity, ask: Ask) -> Option<u32> {
        let max = bucket.max();
        let (cost, cap) = match self.policy.model {
            Model::Grpc { .. } => return (bucket.balance().min(max) > max / 2).then_some(0),
            Model::Productive { .. } => {
                let retries = f64::from(ask.max_attempts.saturating_sub(1));
                let one_call = fraction(retries * ask.dearest);
                let cap = capacity.pace.per_second().min(max).max(one_call);
                capacity.seen.store(cap, Ordering::Relaxed);
                (1, cap)
            }
            _ if matches!(ask.kind, ErrorKind::Timeout | ErrorKind::Network) => (AWS_TIMEOUT, max),
            _ => (AWS_RETRY, max),
        };
        bucket.withdraw(ask.cost.map_or_else(|| tokens(cost), fraction), cap)
    }

    /// The retry will not be made: its draw goes back.
    pub(crate) fn give_back(&self, reservation: Reservation, now: impl FnOnce() -> u64) {
        let Reservation(units @ 1..) = reservation else { return };
        match &self.tokens {
            Tokens::Bucket(bucket, _) => bucket.put(units),
            Tokens::Window(window) => window.add(u64::from(units), now()),
        }
        self.drawn.fetch_sub(u64::from(units), Ordering::Relaxed);
    }

    /// Whether it is time to say that the budget refuses: at most once in ten seconds.
    pub(crate) fn should_warn(&self, now: u64) -> bool {
        let warned = self.warned.load(Ordering::Relaxed);
        // One more, so that a warning at time 0 is not "never".
        let next = now.saturating_add(1);
        (warned == 0 || next.saturating_sub(warned) >= BETWEEN_WARNINGS)
            && self
                .warned
                .compare_exchange(warned, next, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// The state; that of a window as of its last use.
    pub(crate) fn snapshot(&self) -> BudgetSnapshot {
        let (held, capacity) = match &self.tokens {
            Tokens::Bucket(bucket, capacity) => {
                let cap = capacity.seen.load(Ordering::Relaxed);
                (i64::from(bucket.balance().min(cap)), i64::from(cap))
            }
            Tokens::Window(window) => {
                let floor = self.floor();
                (window.last_total().cast_signed().saturating_add(floor), floor)
            }
        };
        BudgetSnapshot {
            tokens: in_tokens(held),
            capacity: in_tokens(capacity),
            refused: self.refused.load(Ordering::Relaxed),
            drawn: in_tokens(self.drawn.load(Ordering::Relaxed).cast_signed()),
        }
    }

    /// What a window holds without any call: the free retries of its whole time.
    fn floor(&self) -> i64 {
        let Model::Ratio { min_per_second, ttl, .. } = self.policy.model else { return 0 };
        let units = u128::from(min_per_second) * u128::from(TOKEN) * u128::from(ttl)
            / u128::from(nanos::PER_SECOND);
        i64::try_from(units).unwrap_or(i64::MAX)
    }
}

/// `factor` millionths of `units`.
fn share(units: u32, factor: u32) -> u32 {
    let units = u64::from(units) * u64::from(factor) / u64::from(TOKEN);
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// `count` tokens in units; no bucket can be above [`bucket::FULL`].
const fn tokens(count: u32) -> u32 {
    let units = count.saturating_mul(TOKEN);
    if units > bucket::FULL { bucket::FULL } else { units }
}

/// A cost in units, to the nearest; the cast saturates.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // checked with its policy
fn fraction(cost: f64) -> u32 {
    ((cost * f64::from(TOKEN)).round() as u32).min(bucket::FULL)
}

#[allow(clippy::cast_precision_loss)] // exact below nine billion tokens
fn in_tokens(units: i64) -> f64 {
    units as f64 / f64::from(TOKEN)
}
