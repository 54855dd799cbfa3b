//! A retry budget that many handles and functions share.
//!
//! What multiplies the load in an outage is not one call's retries but everybody's. Give all that
//! call the same service the same [`RetryBudget`]: it is a cheap clone of one account.
//!
//! ```
//! use retry_core::{BudgetPolicy, RetryBudget};
//!
//! let payments = RetryBudget::new(BudgetPolicy::new()).with_name("payments");
//! assert_eq!(payments.snapshot().tokens, 10.0);
//! assert_eq!(payments.name(), Some("payments"));
//! ```

use std::sync::Arc;

use crate::drivers::epoch;
use crate::machines::budget::{Ask, Budget, BudgetSnapshot, Reservation};
use crate::machines::sync::const_unless_loom;
use crate::seams::clock::Clock;
use crate::values::budget_policy::BudgetPolicy;

/// A budget on a clock: what a `static` holds for a function that has a budget of its own.
#[derive(Debug)]
pub(crate) struct BudgetCell {
    machine: Budget,
}

impl BudgetCell {
    const_unless_loom! {
        pub(crate) fn new(policy: BudgetPolicy) -> Self {
            Self { machine: Budget::new(policy) }
        }
    }

    /// A call succeeded at attempt number `attempt`, before which it drew `last`.
    #[inline]
    pub(crate) fn succeeded(&self, attempt: u32, last: Reservation, clock: &dyn Clock) {
        self.machine.succeeded(attempt, last, || epoch::now(clock));
    }

    /// Attempt number `attempt` failed; told before [`reserve`](Self::reserve).
    pub(crate) fn failed(&self, attempt: u32, clock: &dyn Clock) {
        self.machine.failed(attempt, || epoch::now(clock));
    }

    /// Draws what a retry costs; `None` when it is not there.
    pub(crate) fn reserve(&self, ask: Ask, clock: &dyn Clock) -> Option<Reservation> {
        self.machine.reserve(ask, || epoch::now(clock))
    }

    /// The retry will not be made.
    pub(crate) fn give_back(&self, reservation: Reservation, clock: &dyn Clock) {
        self.machine.give_back(reservation, || epoch::now(clock));
    }

    /// Whether to say that the budget refuses; at most once in ten seconds.
    pub(crate) fn should_warn(&self, clock: &dyn Clock) -> bool {
        self.machine.should_warn(epoch::now(clock))
    }

    pub(crate) fn policy(&self) -> BudgetPolicy {
        self.machine.policy()
    }

    /// Goes by this policy from here on.
    pub(crate) fn set_policy(&self, policy: BudgetPolicy) {
        self.machine.set_policy(policy);
    }

    pub(crate) fn snapshot(&self) -> BudgetSnapshot {
        self.machine.snapshot()
    }
}

/// The retries that many calls may make together. Clones share the account.
///
/// What multiplies the load in an outage is not one call's retries but everybody's. All that call
/// the same service are given a clone of the same budget, or name the same
/// [service](crate::Retry::with_service), which has one. What brings tokens and what takes them is
/// in its [`BudgetPolicy`]. A failure for which there is no token ends its call with its own error
/// and [`StopReason::Budget`](crate::StopReason::Budget).
///
/// ```
/// use retry_core::{BudgetPolicy, Retry, RetryBudget, RetryPolicy};
///
/// let payments = RetryBudget::new(BudgetPolicy::new()).with_name("payments");
/// let charge = Retry::new(RetryPolicy::new()).with_budget(payments.clone());
/// let refund = Retry::new(RetryPolicy::new()).with_budget(payments.clone());
/// assert_eq!(payments.snapshot().tokens, 10.0);
/// ```
#[derive(Clone, Debug)]
pub struct RetryBudget {
    cell: Arc<BudgetCell>,
    name: Option<Arc<str>>,
}

impl RetryBudget {
    /// A full budget.
    #[must_use]
    pub fn new(policy: BudgetPolicy) -> Self {
        Self { cell: Arc::new(BudgetCell::new(policy)), name: None }
    }

    /// With a name for logs and metrics. Clones made before keep theirs.
    #[must_use]
    pub fn with_name(self, name: impl Into<Arc<str>>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What it goes by at present.
    #[must_use]
    pub fn policy(&self) -> BudgetPolicy {
        self.cell.policy()
    }

    /// Goes by this policy from here on, in all clones.
    ///
    /// The account stays the same one, with its counters. Of what it may hold, the part that is
    /// there is kept: one that is half full is half full under the new policy. A
    /// [ratio](BudgetPolicy::ratio) budget that becomes another one keeps what calls have brought and
    /// retries have drawn. What was drawn before can be given back and paid back after.
    ///
    /// ```
    /// use retry_core::{BudgetPolicy, RetryBudget};
    ///
    /// let budget = RetryBudget::new(BudgetPolicy::new());
    /// budget.clone().set_policy(BudgetPolicy::new().with_max_tokens(30));
    /// assert_eq!(budget.snapshot().tokens, 30.0);
    /// ```
    pub fn set_policy(&self, policy: BudgetPolicy) {
        self.cell.set_policy(policy);
    }

    /// What is there now. The numbers are read one after another, and may be of moments between
    /// which others drew.
    #[must_use]
    pub fn snapshot(&self) -> BudgetSnapshot {
        self.cell.snapshot()
    }

    /// The account itself.
    pub(crate) fn cell(&self) -> &BudgetCell {
        &self.cell
    }
}

/// The productive budget.
impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(BudgetPolicy::new())
    }
}
