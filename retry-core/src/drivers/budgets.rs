//! The budgets that a call's retries are drawn from: its own, and the process's above all.

use std::sync::OnceLock;

use crate::drivers::budget::{BudgetCell, RetryBudget};
use crate::machines::budget::{Ask, Reservation};
use crate::seams::clock::Clock;

static PROCESS: OnceLock<RetryBudget> = OnceLock::new();

/// Sets a budget that every retry of the process is drawn from, beside the one of its service or
/// handle: both must agree. Once in a process, at its start.
///
/// Calls without a budget of their own are bounded by it too. What keeps a whole process from
/// storming is best generous: the budgets of its services know better.
///
/// ```
/// use retry_core::{BudgetPolicy, RetryBudget};
///
/// let budget = RetryBudget::new(BudgetPolicy::new().with_max_tokens(100)).with_name("process");
/// retry_core::set_process_budget(budget).expect("nobody has set one");
/// ```
///
/// # Errors
///
/// The given budget, where there is one already.
pub fn set_process_budget(budget: RetryBudget) -> Result<(), RetryBudget> {
    PROCESS.set(budget)
}

/// Both budgets of a call, where it has them.
#[derive(Clone, Copy)]
pub(crate) struct Budgets<'a>(Option<&'a BudgetCell>);

/// What a retry has drawn from each budget.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Drawn {
    own: Reservation,
    process: Reservation,
}

impl<'a> Budgets<'a> {
    #[inline]
    pub(crate) const fn new(own: Option<&'a BudgetCell>) -> Self {
        Self(own)
    }

    #[inline(always)]
    fn process() -> Option<&'static BudgetCell> {
        PROCESS.get().map(RetryBudget::cell)
    }

    /// A call succeeded at attempt number `attempt`, before which it had drawn this.
    #[inline(always)]
    pub(crate) fn succeeded(self, attempt: u32, drawn: Drawn, clock: &dyn Clock) {
        if let Some(own) = self.0 {
            own.succeeded(attempt, drawn.own, clock);
        }
        if let Some(process) = Self::process() {
            process.succeeded(attempt, drawn.process, clock);
        }
    }

    pub(crate) fn failed(self, attempt: u32, clock: &dyn Clock) {
        for budget in self.0.into_iter().chain(Self::process()) {
            budget.failed(attempt, clock);
        }
    }

    /// Draws what a retry costs from both budgets, or from neither.
    pub(crate) fn reserve(self, ask: Ask, clock: &dyn Clock) -> Result<Drawn, Refused<'a>> {
        let mut drawn = Drawn::default();
        if let Some(own) = self.0 {
            drawn.own = own.reserve(ask, clock).ok_or(Refused(own))?;
        }
        if let Some(process) = Self::process() {
            let Some(reservation) = process.reserve(ask, clock) else {
                self.give_back(drawn, clock);
                return Err(Refused(process));
            };
            drawn.process = reservation;
        }
        Ok(drawn)
    }

    /// The retry will not be made.
    pub(crate) fn give_back(self, drawn: Drawn, clock: &dyn Clock) {
        if let Some(own) = self.0 {
            own.give_back(drawn.own, clock);
        }
        if let Some(process) = Self::process() {
            process.give_back(drawn.process, clock);
        }
    }
}

/// The budget that has nothing left.
pub(crate) struct Refused<'a>(&'a BudgetCell);

impl Refused<'_> {
    /// Whether to say so: at most once in ten seconds for each budget.
    pub(crate) fn should_warn(&self, clock: &dyn Clock) -> bool {
        self.0.should_warn(clock)
    }
}
