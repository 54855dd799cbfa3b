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
mod numbers;
mod pace;
mod retune;
#[cfg(all(test, not(retry_loom)))]
mod tests;

use crate::machines::sliding::{SLOTS, Sliding};
use crate::machines::sync::{AtomicU32, AtomicU64, Mutex, OnceLock, Ordering, const_unless_loom};
use crate::values::budget_policy::{BudgetPolicy, Model, TOKEN};
use crate::values::kind::ErrorKind;
use crate::values::nanos;
use bucket::Bucket;
use numbers::{Numbers, max_of};
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
    numbers: Numbers,
    bucket: Bucket,
    pace: Pace,
    /// How much the last retry that asked could have found; only for the snapshot, and for what part
    /// of it is there.
    seen: AtomicU32,
    /// What a ratio budget has in the bucket's place; made when it is first needed.
    window: OnceLock<Box<Sliding<SLOTS>>>,
    /// Held by who sets the policy.
    setting: Mutex<()>,
    refused: AtomicU64,
    drawn: AtomicU64,
    /// The time of the last warning, and one; 0 before the first.
    warned: AtomicU64,
}

/// The cost of a retry under the quota of the AWS SDKs, and after a timeout.
const AWS_RETRY: u32 = 5;
const AWS_TIMEOUT: u32 = 10;

const BETWEEN_WARNINGS: u64 = 10 * nanos::PER_SECOND;

impl Budget {
    const_unless_loom! {
        pub(crate) fn new(policy: BudgetPolicy) -> Self {
            Self {
                numbers: Numbers::new(policy.model),
                bucket: Bucket::new(),
                // Whatever the most is, until more is known.
                pace: Pace::new(u32::MAX),
                seen: AtomicU32::new(max_of(policy.model)),
                window: OnceLock::new(),
                setting: Mutex::new(()),
                refused: AtomicU64::new(0),
                drawn: AtomicU64::new(0),
                warned: AtomicU64::new(0),
            }
        }
    }

    pub(crate) fn policy(&self) -> BudgetPolicy {
        let _setting = self.setting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        BudgetPolicy { model: self.numbers.load() }
    }

    /// The sum of a ratio budget.
    fn window(&self) -> &Sliding<SLOTS> {
        match self.window.get() {
            Some(window) => window,
            None => self.window_of(self.numbers.ttl()),
        }
    }

    fn window_of(&self, ttl: u64) -> &Sliding<SLOTS> {
        self.window.get_or_init(|| Box::new(Sliding::new(ttl)))
    }

    /// A call succeeded at its attempt number `attempt`, before which it drew `last`.
    #[inline]
    pub(crate) fn succeeded(&self, attempt: u32, last: Reservation, now: impl FnOnce() -> u64) {
        if attempt > 1 || !self.numbers.are_of_a_bucket() {
            self.succeeded_otherwise(attempt, last, now);
        } else if self.bucket.deposit(&self.numbers) {
            self.pace.begin(now());
        }
    }

    #[cold]
    fn succeeded_otherwise(&self, attempt: u32, last: Reservation, now: impl FnOnce() -> u64) {
        match self.numbers.load() {
            Model::Productive { payback, .. } => self.bucket.put(share(last.0, payback)),
            Model::Grpc { .. } => {
                self.bucket.deposit(&self.numbers);
            }
            Model::Aws => self.bucket.put(last.0),
            // A call brings its share once, at the end of its first attempt.
            Model::Ratio { ratio, .. } if attempt <= 1 => self.window().add(ratio.into(), now()),
            Model::Ratio { .. } => {}
        }
    }

    /// Attempt number `attempt` of a call failed, whether or not it will be tried again. Told
    /// before [`reserve`](Self::reserve).
    pub(crate) fn failed(&self, attempt: u32, now: impl FnOnce() -> u64) {
        match self.numbers.load() {
            Model::Productive { .. } => {
                let first = attempt <= 1;
                let calls = if first { self.bucket.count() } else { self.bucket.calls() };
                if self.pace.failure(calls, calls.wrapping_add(first.into()), now()) {
                    // Nobody's load is multiplied by the retries of one call in a minute.
                    self.bucket.fill();
                }
            }
            Model::Grpc { max, .. } => self.bucket.take(TOKEN, max),
            Model::Ratio { ratio, .. } if attempt <= 1 => self.window().add(ratio.into(), now()),
            Model::Ratio { .. } | Model::Aws => {}
        }
    }

    /// Draws what a retry costs, before its delay; `None` when it is not there.
    pub(crate) fn reserve(&self, ask: Ask, now: impl FnOnce() -> u64) -> Option<Reservation> {
        let drawn = match self.numbers.load() {
            model @ Model::Ratio { .. } => {
                let reserve = floor_of(model);
                let cost = ask.cost.map_or(TOKEN, fraction);
                // No more than what is there without a call, which comes back by itself.
                let most = u32::try_from(reserve).unwrap_or(u32::MAX).max(TOKEN);
                let cost = cost.min(most);
                self.window().withdraw(cost, reserve, now()).then_some(cost)
            }
            model => self.draw(model, ask),
        };
        match drawn {
            Some(units) => self.drawn.fetch_add(u64::from(units), Ordering::Relaxed),
            None => self.refused.fetch_add(1, Ordering::Relaxed),
        };
        drawn.map(Reservation)
    }

    fn draw(&self, model: Model, ask: Ask) -> Option<u32> {
        let max = max_of(model);
        let (cost, cap) = match model {
            Model::Grpc { .. } => return (self.bucket.balance().min(max) > max / 2).then_some(0),
            Model::Productive { .. } => {
                let retries = f64::from(ask.max_attempts.saturating_sub(1));
                let one_call = fraction(retries * ask.dearest);
                let cap = self.pace.per_second().min(max).max(one_call);
                self.seen.store(cap, Ordering::Relaxed);
                (1, cap)
            }
            _ if matches!(ask.kind, ErrorKind::Timeout | ErrorKind::Network) => (AWS_TIMEOUT, max),
            _ => (AWS_RETRY, max),
        };
        self.bucket.withdraw(ask.cost.map_or_else(|| tokens(cost), fraction), cap)
    }

    /// The retry will not be made: its draw goes back.
    pub(crate) fn give_back(&self, reservation: Reservation, now: impl FnOnce() -> u64) {
        let Reservation(units @ 1..) = reservation else { return };
        if self.numbers.are_of_a_bucket() {
            self.bucket.put(units);
        } else {
            self.window().add(units.into(), now());
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
        let (held, capacity) = if let model @ Model::Ratio { .. } = self.numbers.load() {
            let floor = floor_of(model);
            // A window that nobody has needed yet holds nothing but what is free.
            let sum = self.window.get().map_or(0, |window| window.last_total().cast_signed());
            (sum.saturating_add(floor), floor)
        } else {
            let cap = self.seen.load(Ordering::Relaxed);
            (i64::from(self.bucket.balance().min(cap)), i64::from(cap))
        };
        BudgetSnapshot {
            tokens: in_tokens(held),
            capacity: in_tokens(capacity),
            refused: self.refused.load(Ordering::Relaxed),
            drawn: in_tokens(self.drawn.load(Ordering::Relaxed).cast_signed()),
        }
    }
}

/// What a window holds without any call: the free retries of its whole time.
fn floor_of(model: Model) -> i64 {
    let Model::Ratio { min_per_second, ttl, .. } = model else { return 0 };
    let units = u128::from(min_per_second) * u128::from(TOKEN) * u128::from(ttl)
        / u128::from(nanos::PER_SECOND);
    i64::try_from(units).unwrap_or(i64::MAX)
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
