//! How many retries a service may be sent, as plain data.
//!
//! A limit on the attempts of one call does not protect the other side: when every call fails,
//! three attempts are three times the load. A budget is shared by many calls and bounds their
//! retries together. What feeds it decides whether it helps: one that is fed by *calls* goes on
//! paying for retries while nothing succeeds, one that is fed by *successes* runs dry.
//!
//! ```
//! use retry_core::BudgetPolicy;
//!
//! const CAREFUL: BudgetPolicy = BudgetPolicy::new().with_ratio(0.05).with_max_tokens(5);
//! const AS_TOWER: BudgetPolicy = BudgetPolicy::ratio(0.2);
//! const AS_GRPC: BudgetPolicy = BudgetPolicy::grpc(10, 0.1);
//! ```
//!
//! ```compile_fail,E0080
//! # use retry_core::BudgetPolicy;
//! const NOTHING: BudgetPolicy = BudgetPolicy::new().with_ratio(0.0);
//! ```

use std::fmt;
use std::time::Duration;

use crate::values::limit_error::{LimitError, LimitField as Field, LimitValue, with_or_panic};
use crate::values::nanos;

/// One token, in the units that budgets count in: millionths.
///
/// A ratio of 0.1 is 100 000 of them, so that ten deposits are one token exactly; and a thousand
/// tokens, the most that a bucket may hold, fit half a word.
pub(crate) const TOKEN: u32 = 1_000_000;

const RATIO: (f64, f64) = (1e-6, 1.0);
const MAX_TOKENS: (u32, u32) = (1, 1000);

/// What feeds a budget, what a retry costs, and how much it holds.
///
/// | constructor | fed by | a retry | holds |
/// |---|---|---|---|
/// | [`new`](Self::new) | 0.1 per call that succeeds at its first attempt; 1.5 × the draw of a retry that works | 1 token | one second of calls, from the attempts of one call to 10 |
/// | [`ratio`](Self::ratio) | the ratio per call, for `ttl` | 1 token | `min_per_second` × `ttl`, and what calls bring |
/// | [`grpc`](Self::grpc) | `token_ratio` per success | 1 token per failed attempt, and only above half | `max_tokens` |
/// | [`aws`](Self::aws) | 1 per call that succeeds at its first attempt; the draw of a retry that works | 5, after a timeout 10 | 500 |
///
/// A cost above what a budget can hold asks for all of it, and so cannot wait for ever.
///
/// ```
/// use retry_core::BudgetPolicy;
///
/// const CAREFUL: BudgetPolicy = BudgetPolicy::new().with_ratio(0.05).with_max_tokens(5);
/// const AS_TOWER: BudgetPolicy = BudgetPolicy::ratio(0.2);
/// ```
#[derive(Clone, Copy, PartialEq)]
pub struct BudgetPolicy {
    pub(crate) model: Model,
}

/// The sorts of budgets, with their numbers in units of [`TOKEN`].
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Model {
    Productive { ratio: u32, payback: u32, max: u32 },
    Ratio { ratio: u32, min_per_second: u32, ttl: u64 },
    Grpc { max: u32, token_ratio: u32 },
    Aws,
}

impl BudgetPolicy {
    /// The productive budget: retries that work pay for themselves, retries that do not run it dry.
    ///
    /// It starts full. A call that succeeds at its first attempt brings 0.1 tokens, a retry draws
    /// one before it sleeps, and a retry that works pays 1.5 times its draw back. It holds about
    /// what this process calls in a second, but at least what one call needs for all its attempts
    /// and at most 10: ten tokens in each of three hundred slow processes would be a storm. One
    /// that no call has touched for a minute is full again.
    #[must_use]
    pub const fn new() -> Self {
        let model =
            Model::Productive { ratio: TOKEN / 10, payback: TOKEN / 2 * 3, max: 10 * TOKEN };
        Self { model }
    }

    /// The budget of Finagle and tower: each call brings `ratio` of a retry, for 10 seconds, and
    /// 10 retries per second are free.
    ///
    /// Known to keep a slow server slow: while everything fails, calls still bring their share.
    ///
    /// # Panics
    ///
    /// When the ratio is not in `0.000001..=1`; in a `const` that is a compile error.
    ///
    /// Source: Finagle's `RetryBudget`, tower's `TpsBudget`.
    #[must_use]
    #[track_caller]
    pub const fn ratio(ratio: f64) -> Self {
        let model = Model::Ratio { ratio: TOKEN, min_per_second: 10, ttl: 10 * nanos::PER_SECOND };
        Self { model }.with_ratio(ratio)
    }

    /// The retry throttle of gRPC: a failed attempt takes a token, a success brings `token_ratio`,
    /// and retries go while more than half of `max_tokens` is there.
    ///
    /// The ratio counts in thousandths; further digits are cut, as published.
    ///
    /// # Panics
    ///
    /// When [`try_grpc`](Self::try_grpc) returns an error; in a `const` that is a compile error.
    ///
    /// Source: gRFC A6, "Throttling Retry Attempts and Hedged RPCs".
    #[must_use]
    #[track_caller]
    pub const fn grpc(max_tokens: u32, token_ratio: f64) -> Self {
        match Self::try_grpc(max_tokens, token_ratio) {
            Ok(policy) => policy,
            Err(error) => panic!("{}", error.constant_text()),
        }
    }

    /// As [`grpc`](Self::grpc), for values that are known at run time.
    ///
    /// # Errors
    ///
    /// When `max_tokens` is not in `1..=1000`, or `token_ratio` not in `0.001..=1000`.
    pub const fn try_grpc(max_tokens: u32, token_ratio: f64) -> Result<Self, LimitError> {
        if let Err(error) = LimitError::count(Field::MaxTokens, max_tokens, MAX_TOKENS) {
            return Err(error);
        }
        if let Err(error) = LimitError::factor(Field::TokenRatio, token_ratio, (0.001, 1000.0)) {
            return Err(error);
        }
        // Half a millionth more, so that a thousandth that has no exact float is not cut below
        // itself.
        let token_ratio = units(token_ratio) / 1000 * 1000;
        Ok(Self { model: Model::Grpc { max: max_tokens * TOKEN, token_ratio } })
    }

    /// The standard retry quota of the AWS SDKs: 500 tokens; a retry draws 5, after a timeout or a
    /// broken connection 10, and gives them back when it works; a call that succeeds at its first
    /// attempt brings 1.
    ///
    /// Source: AWS SDKs and Tools Reference Guide, "Retry behavior", standard mode.
    #[must_use]
    pub const fn aws() -> Self {
        Self { model: Model::Aws }
    }

    /// With this many tokens for each call; see the table above for which calls.
    ///
    /// # Errors
    ///
    /// When it is not in `0.000001..=1`, or the budget is one that has no ratio.
    pub const fn try_with_ratio(mut self, ratio: f64) -> Result<Self, LimitError> {
        let value = LimitValue::Factor(ratio);
        match &mut self.model {
            Model::Productive { ratio: own, .. } | Model::Ratio { ratio: own, .. } => {
                if let Err(error) = LimitError::factor(Field::Ratio, ratio, RATIO) {
                    return Err(error);
                }
                *own = units(ratio);
                Ok(self)
            }
            _ => Err(LimitError::other_budget(Field::Ratio, value)),
        }
    }

    /// With this many times its draw for a retry that works.
    ///
    /// # Errors
    ///
    /// When it is not in `0..=2`, or the budget is not the productive one.
    pub const fn try_with_payback(mut self, payback: f64) -> Result<Self, LimitError> {
        let Model::Productive { payback: own, .. } = &mut self.model else {
            return Err(LimitError::other_budget(Field::Payback, LimitValue::Factor(payback)));
        };
        if let Err(error) = LimitError::factor(Field::Payback, payback, (0.0, 2.0)) {
            return Err(error);
        }
        *own = units(payback);
        Ok(self)
    }

    /// With this many tokens at most, however many calls the process makes.
    ///
    /// # Errors
    ///
    /// When it is not in `1..=1000`, or the budget is not the productive one.
    pub const fn try_with_max_tokens(mut self, max_tokens: u32) -> Result<Self, LimitError> {
        let Model::Productive { max, .. } = &mut self.model else {
            return Err(LimitError::other_budget(Field::MaxTokens, LimitValue::Count(max_tokens)));
        };
        if let Err(error) = LimitError::count(Field::MaxTokens, max_tokens, MAX_TOKENS) {
            return Err(error);
        }
        *max = max_tokens * TOKEN;
        Ok(self)
    }

    /// With this many retries per second that no call has to bring.
    ///
    /// # Errors
    ///
    /// When it is above a million, or the budget is not that of a ratio.
    pub const fn try_with_min_per_second(mut self, retries: u32) -> Result<Self, LimitError> {
        let Model::Ratio { min_per_second, .. } = &mut self.model else {
            return Err(LimitError::other_budget(Field::MinPerSecond, LimitValue::Count(retries)));
        };
        if let Err(error) = LimitError::count(Field::MinPerSecond, retries, (0, 1_000_000)) {
            return Err(error);
        }
        *min_per_second = retries;
        Ok(self)
    }

    /// With this much time until what a call brought is gone.
    ///
    /// # Errors
    ///
    /// When it is not between 1 and 60 seconds, or the budget is not that of a ratio.
    pub const fn try_with_ttl(mut self, ttl: Duration) -> Result<Self, LimitError> {
        let Model::Ratio { ttl: own, .. } = &mut self.model else {
            return Err(LimitError::other_budget(Field::Ttl, LimitValue::Duration(ttl)));
        };
        if let Err(error) = LimitError::seconds(Field::Ttl, ttl, (1, 60)) {
            return Err(error);
        }
        *own = nanos::saturating(ttl);
        Ok(self)
    }
}

with_or_panic! {
    BudgetPolicy:
    /// With this many tokens for each call.
    with_ratio = try_with_ratio(ratio: f64);
    /// With this many times its draw for a retry that works.
    with_payback = try_with_payback(payback: f64);
    /// With this many tokens at most.
    with_max_tokens = try_with_max_tokens(max_tokens: u32);
    /// With this many retries per second that no call has to bring.
    with_min_per_second = try_with_min_per_second(retries: u32);
    /// With this much time until what a call brought is gone.
    with_ttl = try_with_ttl(ttl: Duration);
}

/// In tokens, and not in their millionths: it stands in a warning.
impl fmt::Debug for BudgetPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tokens = |units: u32| f64::from(units) / f64::from(TOKEN);
        match self.model {
            Model::Productive { ratio, payback, max } => f
                .debug_struct("BudgetPolicy")
                .field("ratio", &tokens(ratio))
                .field("payback", &tokens(payback))
                .field("max_tokens", &(max / TOKEN))
                .finish(),
            Model::Ratio { ratio, min_per_second, ttl } => f
                .debug_struct("BudgetPolicy::ratio")
                .field("ratio", &tokens(ratio))
                .field("min_per_second", &min_per_second)
                .field("ttl", &Duration::from_nanos(ttl))
                .finish(),
            Model::Grpc { max, token_ratio } => f
                .debug_struct("BudgetPolicy::grpc")
                .field("max_tokens", &(max / TOKEN))
                .field("token_ratio", &tokens(token_ratio))
                .finish(),
            Model::Aws => f.write_str("BudgetPolicy::aws"),
        }
    }
}

impl Default for BudgetPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// A checked number of tokens in units, to the nearest.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // at most 1000, above zero
const fn units(tokens: f64) -> u32 {
    (tokens * TOKEN as f64 + 0.5) as u32
}
