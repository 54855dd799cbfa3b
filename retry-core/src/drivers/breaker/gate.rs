//! The breaker as a gate: instants become nanoseconds, and what is foreign runs without the lock.

use std::task::Waker;
use std::time::Duration;

use crate::drivers::breaker::cause::beginning_of;
use crate::drivers::breaker::{CircuitBreaker, Shared};
use crate::drivers::epoch;
use crate::drivers::observing;
use crate::machines::breaker::{Arrival, Effects, Entry, Succeeded, Wait};
use crate::seams::clock::Clock;
use crate::seams::gate::{Admission, Gate, Held, Outcome, Pass, Request, Settlement, Ticket};
use crate::values::circuit::CircuitState;
use crate::values::event::Event;
use crate::values::refusal::Refusal;
use crate::values::scope::Scope;
use crate::values::stop::StopReason;

impl Gate for CircuitBreaker {
    #[inline]
    fn admit(&self, request: &Request<'_>) -> Admission {
        match self.0.machine.enter(|| epoch::now(request.clock())) {
            Some(pass) => Admission::Go(pass),
            None => self.admit_otherwise(request),
        }
    }

    fn ask_again(&self, ticket: Ticket, request: &Request<'_>, waker: &Waker) -> Held {
        let now = epoch::now(request.clock());
        let (answer, effects) = self.0.machine.ask(ticket.0, waker.clone(), now);
        self.0.let_loose(effects);
        match answer {
            Wait::Go(pass) => {
                self.tell_probe();
                Held::Go(pass)
            }
            Wait::Refuse(left) => Held::Refuse(self.0.refusal(left)),
            Wait::Until(time) => Held::Wait(Some(Duration::from_nanos(time))),
        }
    }

    fn leave(&self, ticket: Ticket, clock: &dyn Clock) {
        let now = epoch::now(clock);
        self.0.let_loose(self.0.machine.leave(ticket.0, now));
    }

    #[inline]
    fn settle(&self, pass: Pass, settlement: &Settlement<'_>) {
        let now = || epoch::now(settlement.clock());
        if settlement.outcome() != Outcome::Success {
            return self.settle_otherwise(pass, settlement);
        }
        // By far the most frequent outcome has a way of its own, short enough to be inlined.
        match self.0.machine.succeed(pass, now) {
            Succeeded::Done => {}
            Succeeded::Judge => self.judge(pass, settlement),
            Succeeded::NotYet => self.settle_otherwise(pass, settlement),
        }
    }

    fn foresee(&self, delay: Duration, clock: &dyn Clock) -> Option<Refusal> {
        if matches!(self.state(), CircuitState::Closed) {
            return None;
        }
        let now = epoch::now(clock);
        let then = now.saturating_add(crate::values::nanos::saturating(delay));
        self.0.machine.foresee(now, then).err().map(|left| self.0.refusal(left))
    }

    /// While callers are held, probes and the ramp are all that gets through. A call that counts as
    /// a whole came in before, and is not held between its attempts.
    fn paces(&self) -> bool {
        use CircuitState::{HalfOpen, Open, Ramping};
        self.scope() == Scope::Attempt
            && self.0.machine.parks()
            && matches!(self.state(), Open | HalfOpen | Ramping)
    }

    fn patience(&self) -> Option<Duration> {
        let limit = self.0.machine.slow_call();
        (limit != 0).then_some(Duration::from_nanos(limit))
    }

    fn overdue(&self, pass: Pass, clock: &dyn Clock) {
        let now = epoch::now(clock);
        if let Some(effects) = self.0.machine.overdue(pass, now) {
            self.explain_slowness(&effects);
            self.0.let_loose(effects);
        }
    }

    fn scope(&self) -> Scope {
        self.0.machine.scope()
    }
}

impl CircuitBreaker {
    #[cold]
    fn admit_otherwise(&self, request: &Request<'_>) -> Admission {
        let now = epoch::now(request.clock());
        let ends_at = request.deadline().map_or(u64::MAX, epoch::nanos_at);
        let (entry, effects) =
            self.0.machine.arrive(Arrival { now, ends_at, first: request.attempt() <= 1 });
        self.0.let_loose(effects);
        match entry {
            Entry::Go(pass) => {
                self.tell_probe();
                Admission::Go(pass)
            }
            Entry::Refuse(left) => Admission::Refuse(self.0.refusal(left)),
            Entry::Hold(ticket) => Admission::Hold(Ticket(ticket)),
        }
    }

    /// An attempt was let through that had to ask.
    fn tell_probe(&self) {
        if self.state() == CircuitState::HalfOpen {
            observing::tell_all(&Event::Probe { breaker: self.name() });
        }
    }

    #[inline(never)]
    fn settle_otherwise(&self, pass: Pass, settlement: &Settlement<'_>) {
        let now = || epoch::now(settlement.clock());
        if let Some(effects) = self.0.machine.settle(pass, settlement.outcome(), now) {
            self.settled(effects, settlement);
        }
    }

    #[cold]
    fn judge(&self, pass: Pass, settlement: &Settlement<'_>) {
        let now = epoch::now(settlement.clock());
        if let Some(effects) = self.0.machine.judge(pass, now) {
            self.settled(effects, settlement);
        }
    }

    /// An outcome changed something: where it opened the circuit, its text is read now.
    #[cold]
    fn settled(&self, effects: Effects, settlement: &Settlement<'_>) {
        match (settlement.outcome(), settlement.cause()) {
            (Outcome::Failure(_), Some(cause)) => {
                if let Some(number) = opened_by(&effects) {
                    self.0.machine.explain(number, beginning_of(cause));
                }
            }
            (Outcome::Success, _) => self.explain_slowness(&effects),
            _ => {}
        }
        self.0.let_loose(effects);
    }

    fn explain_slowness(&self, effects: &Effects) {
        if let (Some(number), Some(limit)) = (opened_by(effects), self.patience()) {
            let text = beginning_of(&format_args!("took longer than {limit:?}"));
            self.0.machine.explain(number, text);
        }
    }
}

/// The number of the change that opened the circuit, if one did.
fn opened_by(effects: &Effects) -> Option<u64> {
    effects.change.filter(|change| change.to() == CircuitState::Open).map(|change| change.number())
}

impl Shared {
    fn refusal(&self, left: Option<u64>) -> Refusal {
        Refusal::new(StopReason::CircuitOpen)
            .by(self.name())
            .for_another(left.map(Duration::from_nanos))
            .because(self.machine.cause())
    }
}
