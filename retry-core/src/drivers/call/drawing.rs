//! What stands between a failure and the wait for the next attempt: the gates and the budgets.

use std::time::Duration;

use super::{Call, Terms};
use crate::drivers::budgets::Drawn;
use crate::drivers::halt::Halt;
use crate::drivers::shutdown::is_shutdown;
use crate::drivers::trace;
use crate::machines::budget::Ask;
use crate::values::event::Event;
use crate::values::kind::Verdict;
use crate::values::stop::StopReason;

impl Call {
    /// Whether the gates and the budgets let another attempt follow. What it costs is drawn now, and
    /// not after the delay, or everybody who sleeps would have been let through.
    pub(super) fn may_retry(
        &mut self,
        terms: Terms<'_>,
        verdict: Verdict,
        delay: Duration,
    ) -> Result<(), Halt> {
        self.drawn = Drawn::default();
        if is_shutdown() {
            return Err(Halt::new(StopReason::Shutdown));
        }
        if let Some(refusal) = terms.gates.foresee(delay, terms.clock) {
            return Err(Halt::refused(refusal));
        }
        // A wait that the other side asked for is no load that it did not expect, and what a gate
        // paces is none that it could not bear.
        let (Verdict::Retry(kind), false) = (verdict, terms.gates.pace()) else { return Ok(()) };
        let policy = terms.policy;
        let own = policy.own(kind).and_then(|own| policy.kinds()[own].cost());
        let ask = Ask {
            kind,
            cost: own,
            max_attempts: policy.most_attempts(),
            dearest: policy.dearest_retry(),
        };
        match terms.budgets.reserve(ask, terms.clock) {
            Ok(drawn) => {
                self.drawn = drawn;
                Ok(())
            }
            Err(refused) => {
                if refused.should_warn(terms.clock) {
                    trace::budget_empty(&self.span, terms.labels);
                }
                let (labels, attempt) = (terms.labels, self.session.attempt());
                self.tell(terms, &Event::BudgetExhausted { labels, attempt, kind });
                Err(Halt::new(StopReason::Budget))
            }
        }
    }

    /// Gives back what was drawn for an attempt that was not made.
    pub(super) fn undraw(&mut self, terms: Terms<'_>) {
        if self.waiting {
            terms.budgets.give_back(std::mem::take(&mut self.drawn), terms.clock);
        }
    }
}
