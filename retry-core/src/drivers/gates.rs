//! The gates of a handle or a function, and one call's way through them.
//!
//! The order is fixed, whatever order they are given in: a throttle, which only says no, then a
//! rate limit, which may hold a call for long, then an application's own gates, and the circuit
//! breaker last, so that one of its few probes is taken only by an attempt that starts at once.

use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use crate::seams::clock::Clock;
use crate::seams::gate::{
    Admission, Gate, Held, Outcome, Pass, Request, Scope, Settlement, Ticket,
};
use crate::values::refusal::Refusal;

/// Where a gate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Throttle,
    RateLimit,
    Custom,
    CircuitBreaker,
}

/// Gates, in the order in which they are asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gates(Vec<(Place, Arc<dyn Gate>)>);

impl Gates {
    pub(crate) const NOTHING: Self = Self(Vec::new());
    pub(crate) const NONE: &'static Self = &Self::NOTHING;

    /// Puts a gate into its place; there is one in each, but for an application's own.
    pub(crate) fn put(&mut self, place: Place, gate: Arc<dyn Gate>) {
        if place != Place::Custom {
            self.0.retain(|(other, _)| *other != place);
        }
        let at = self.0.partition_point(|(other, _)| *other <= place);
        self.0.insert(at, (place, gate));
    }

    pub(crate) fn has(&self, place: Place) -> bool {
        self.0.iter().any(|(other, _)| *other == place)
    }

    /// Takes away what stands there.
    pub(crate) fn remove(&mut self, place: Place) {
        self.0.retain(|(other, _)| *other != place);
    }

    /// Puts each of these into its place.
    pub(crate) fn put_all(&mut self, gates: Self) {
        for (place, gate) in gates.0 {
            self.put(place, gate);
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn get(&self, index: usize) -> Option<&dyn Gate> {
        self.0.get(index).map(|(_, gate)| &**gate)
    }

    fn iter(&self) -> impl Iterator<Item = &dyn Gate> {
        self.0.iter().map(|(_, gate)| &**gate)
    }

    /// What a retry after `delay` would be refused for.
    pub(crate) fn foresee(&self, delay: Duration, clock: &dyn Clock) -> Option<Refusal> {
        self.iter().find_map(|gate| gate.foresee(delay, clock))
    }

    /// Whether one of them decides by itself how many attempts are made.
    pub(crate) fn pace(&self) -> bool {
        self.iter().any(Gate::paces)
    }
}

/// How far a call has come.
#[derive(Debug)]
pub(crate) enum Progress {
    Through,
    Refused(Refusal),
    /// Held, until the waker is woken and for this long at most.
    Held(Option<Duration>),
}

/// One call's way through its gates: the passes that it holds, the gate that holds it.
#[derive(Debug, Default)]
pub(crate) struct Passage {
    passes: Passes,
    /// How many gates the present attempt is through.
    through: usize,
    ticket: Option<Ticket>,
    /// The longest patience that the present attempt has outrun.
    outrun: Duration,
}

impl Passage {
    /// Goes on until the attempt is through all gates, held at one, or refused by one.
    pub(crate) fn advance(
        &mut self,
        gates: &Gates,
        request: &Request<'_>,
        waker: &Waker,
    ) -> Progress {
        while let Some(gate) = gates.get(self.through) {
            if self.passes.get(self.through).is_none() {
                let pass = match self.ask(gate, request, waker) {
                    Held::Go(pass) => pass,
                    Held::Wait(limit) => return Progress::Held(limit),
                    Held::Refuse(refusal) => {
                        self.retreat(gates, request.clock());
                        return Progress::Refused(refusal);
                    }
                };
                self.passes.put(self.through, pass);
            }
            self.through += 1;
        }
        Progress::Through
    }

    fn ask(&mut self, gate: &dyn Gate, request: &Request<'_>, waker: &Waker) -> Held {
        let ticket = match self.ticket {
            Some(ticket) => ticket,
            None => match gate.admit(request) {
                Admission::Go(pass) => return Held::Go(pass),
                Admission::Refuse(refusal) => return Held::Refuse(refusal),
                Admission::Hold(ticket) => *self.ticket.insert(ticket),
            },
        };
        let held = gate.ask_again(ticket, request, waker);
        if !matches!(held, Held::Wait(_)) {
            self.ticket = None;
        }
        held
    }

    /// Gives back what an attempt holds that will not start.
    pub(crate) fn retreat(&mut self, gates: &Gates, clock: &dyn Clock) {
        if let (Some(ticket), Some(gate)) = (self.ticket.take(), gates.get(self.through)) {
            gate.leave(ticket, clock);
        }
        self.settle(gates, &Settlement::new(Outcome::Abandoned, clock));
    }

    /// The attempt has ended.
    pub(crate) fn settle(&mut self, gates: &Gates, settlement: &Settlement<'_>) {
        self.through = 0;
        self.outrun = Duration::ZERO;
        for (index, gate) in gates.iter().enumerate() {
            if gate.scope() == Scope::Attempt
                && let Some(pass) = self.passes.take(index)
            {
                gate.settle(pass, settlement);
            }
        }
    }

    /// The attempt, and with it the call, has succeeded.
    pub(crate) fn succeeded(&mut self, gates: &Gates, clock: &dyn Clock) {
        let settlement = Settlement::new(Outcome::Success, clock);
        self.settle(gates, &settlement);
        self.finish(gates, &settlement);
    }

    /// Whether it holds nothing, and nothing holds it.
    pub(crate) const fn is_empty(&self) -> bool {
        self.through == 0 && self.ticket.is_none() && self.passes.given == 0
    }

    /// The call has ended.
    pub(crate) fn finish(&mut self, gates: &Gates, settlement: &Settlement<'_>) {
        self.retreat(gates, settlement.clock());
        for (index, gate) in gates.iter().enumerate() {
            if let Some(pass) = self.passes.take(index) {
                gate.settle(pass, settlement);
            }
        }
    }

    /// When the next gate wants to hear that the attempt that began at `started` is still running,
    /// and after how long that is.
    pub(crate) fn overdue_at(
        &self,
        gates: &Gates,
        started: Instant,
    ) -> Option<(Instant, Duration)> {
        let patience = gates.iter().filter_map(Gate::patience);
        let patience = patience.filter(|patience| *patience > self.outrun).min()?;
        Some((started.checked_add(patience)?, patience))
    }

    /// The running attempt has outrun this patience.
    pub(crate) fn overdue(&mut self, gates: &Gates, patience: Duration, clock: &dyn Clock) {
        let before = std::mem::replace(&mut self.outrun, patience);
        for (index, gate) in gates.iter().enumerate() {
            let own = gate.patience().filter(|own| *own > before && *own <= patience);
            if let (Some(_), Some(pass)) = (own, self.passes.get(index)) {
                gate.overdue(pass, clock);
            }
        }
    }
}

/// A pass for each gate, without an allocation for the first few.
#[derive(Debug, Default)]
struct Passes {
    given: usize,
    first: [Option<Pass>; Self::FEW],
    more: Vec<Option<Pass>>,
}

impl Passes {
    const FEW: usize = 4;

    fn get(&self, index: usize) -> Option<Pass> {
        match self.first.get(index) {
            Some(pass) => *pass,
            None => self.more.get(index - Self::FEW).copied().flatten(),
        }
    }

    fn put(&mut self, index: usize, pass: Pass) {
        if index >= Self::FEW && self.more.len() <= index - Self::FEW {
            self.more.resize(index - Self::FEW + 1, None);
        }
        self.given += 1;
        *self.slot(index).expect("was made above") = Some(pass);
    }

    fn take(&mut self, index: usize) -> Option<Pass> {
        let pass = self.slot(index)?.take()?;
        self.given -= 1;
        Some(pass)
    }

    fn slot(&mut self, index: usize) -> Option<&mut Option<Pass>> {
        match self.first.get_mut(index) {
            Some(slot) => Some(slot),
            None => self.more.get_mut(index - Self::FEW),
        }
    }
}
