//! What a call of a handle goes by: what the handle says, what settings say over it, and what this
//! call was given over both.

use std::time::Duration;

use crate::drivers::budget::RetryBudget;
use crate::drivers::budgets::Budgets;
use crate::drivers::call::Terms;
use crate::drivers::gates::Gates;
use crate::drivers::operations::plan::{Plan, PlanId};
use crate::drivers::retry::{HandleBudget, Retry};
use crate::drivers::services::SharedRef;
use crate::seams::clock::Clock;
use crate::seams::test_mode;
use crate::values::kind::ErrorKind;
use crate::values::policy::RetryPolicy;

/// What a copy of a handle was given for its calls: it holds over settings as well.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Given {
    pub(super) max_attempts: Option<u32>,
    pub(super) timeout: Option<Duration>,
    /// A predicate names no kind: what it wants retried is unknown.
    pub(super) unknown_retried: bool,
    /// Gates that settings do not know.
    pub(super) gates: bool,
    /// A budget, or none.
    pub(super) budget: bool,
}

impl Given {
    fn over(self, policy: &RetryPolicy) -> Option<RetryPolicy> {
        let (gates, budget) = (self.gates, self.budget);
        if self == (Self { gates, budget, ..Self::default() }) {
            return None;
        }
        let mut draft = policy.to_builder();
        if let Some(attempts) = self.max_attempts {
            draft.max_attempts = attempts;
        }
        if let Some(timeout) = self.timeout {
            draft.timeout = Some(timeout);
            draft.attempt_timeout = draft.attempt_timeout.map(|limit| limit.min(timeout));
        }
        if self.unknown_retried {
            draft.retried = draft.retried.with(ErrorKind::Unknown);
        }
        draft.build().ok()
    }
}

/// What one call goes by. The handle itself stays the lender of what settings leave alone.
#[derive(Debug)]
pub(crate) struct InForce {
    plan: Option<(&'static Plan, SharedRef)>,
    /// Where a plan and what the call was given come together.
    policy: Option<RetryPolicy>,
    /// A test wants no waits: neither gates nor a budget.
    bare: bool,
}

fn is_bare() -> bool {
    test_mode::present().is_some_and(|mode| mode.instant)
}

impl InForce {
    /// For a call that starts now.
    #[inline]
    pub(crate) fn new<C>(retry: &Retry<C>) -> Self {
        match &retry.operation {
            Some(operation) if operation.plan() != PlanId::CODE => Self::planned(retry),
            _ => Self { plan: None, policy: None, bare: is_bare() },
        }
    }

    #[cold]
    fn planned<C>(retry: &Retry<C>) -> Self {
        let operation = retry.operation.as_ref();
        let plan = operation.and_then(|operation| {
            let plan = operation.plan().get()?;
            let shared = match &retry.part {
                Some(part) => operation.shared_of(part, plan),
                None => SharedRef::Static(operation.shared_under(plan)),
            };
            Some((plan, shared))
        });
        let given = |(plan, _): &(&Plan, _)| retry.given.over(plan.preset.policy_ref());
        let policy = plan.as_ref().and_then(given);
        Self { plan, policy, bare: is_bare() }
    }

    pub(crate) fn policy<'a, C>(&'a self, retry: &'a Retry<C>) -> &'a RetryPolicy {
        let planned = || Some(self.plan.as_ref()?.0.preset.policy_ref());
        self.policy.as_ref().or_else(planned).unwrap_or_else(|| retry.policy())
    }

    pub(crate) fn gates<'a, C>(&'a self, retry: &'a Retry<C>) -> &'a Gates {
        match &self.plan {
            _ if self.bare => Gates::NONE,
            Some((_, shared)) if !retry.given.gates => &shared.gates,
            _ => retry.gates.as_deref().unwrap_or(Gates::NONE),
        }
    }

    fn budgets<'a, C>(&'a self, retry: &'a Retry<C>) -> Budgets<'a> {
        match (&self.plan, &retry.budget) {
            _ if self.bare => Budgets::new(None),
            (Some((_, shared)), HandleBudget::Shared | HandleBudget::None)
                if !retry.given.budget =>
            {
                shared.budgets()
            }
            _ => Budgets::new(retry.budget().map(RetryBudget::cell)),
        }
    }

    pub(crate) fn terms<'a, C>(&'a self, retry: &'a Retry<C>, clock: &'a dyn Clock) -> Terms<'a> {
        Terms {
            policy: self.policy(retry),
            labels: retry.labels(),
            seeds: &retry.seeds,
            deadline: retry.deadline,
            gates: self.gates(retry),
            budgets: self.budgets(retry),
            clock,
            observers: retry.observers.as_ref(),
            counted: retry.counted(),
        }
    }
}
