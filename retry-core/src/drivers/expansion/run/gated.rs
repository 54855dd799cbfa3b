//! One call of an annotated function that has gates: how it starts before them, and waits there.

use std::future::Future;

use super::{Blocking, Run, SiteClock, Waiting};
use crate::drivers::blocking::thread_waker;
use crate::drivers::bounds::Bounds;
use crate::drivers::entering::Entering;
use crate::drivers::expansion::future::Watched;
use crate::drivers::expansion::mode::{GATED, Way, split};
use crate::drivers::expansion::outcome::{Answer, AnswerStopped};
use crate::drivers::expansion::site::{GateKey, Site};
use crate::drivers::halt::Halt;
use crate::seams::clock::Clock;
use crate::seams::gate::Request;
use crate::seams::test_mode;
use crate::values::stop::Stopped;

impl<C: SiteClock, R> Run<GATED, C, R> {
    /// A call that starts now, before the gates of its function.
    #[must_use]
    pub fn start_gated(site: &'static Site, keeps_time: bool) -> Self {
        let site = site.in_force(Self::REACH);
        Self::new(site, keeps_time, Way::new(site.shared()))
    }

    /// A call that starts now, before the gates for `key`.
    #[must_use]
    pub fn start_keyed<K>(site: &'static Site, keeps_time: bool, key: &K) -> Self
    where
        K: GateKey + ?Sized,
    {
        let site = site.in_force(Self::REACH);
        Self::new(site, keeps_time, Way::new(site.shared_for(key)))
    }

    fn entering(&mut self) -> Entering<'_> {
        let Self { site, call, way, .. } = self;
        let terms = site.terms(C::CLOCK, None);
        let attempt = call.attempts().saturating_add(1);
        let request = Request::new(C::CLOCK, call.deadline(terms), attempt);
        let Way { shared, passage } = way;
        let gates = &shared.gates;
        let custom = test_mode::clock();
        Entering { passage, gates, request, through: false, held: false, custom }
    }

    /// The end of a call that a gate, or its deadline before one, has stopped.
    fn halted(&mut self, halt: Halt) -> Stopped {
        let now = C::CLOCK.now();
        let call = self.call.get();
        let stopped = call.stopped(halt, Some(now));
        let (shared, passage) = split::<GATED>(&mut self.way);
        call.cut(self.site.terms(C::CLOCK, shared), &stopped, passage);
        stopped
    }
}

/// A function with gates.
impl<C: SiteClock, R> Run<GATED, C, R> {
    /// The answer of a call that a gate has stopped.
    fn answer_halted<A: Answer<R> + AnswerStopped>(&mut self, halt: Halt) -> A {
        let stopped = self.halted(halt);
        match self.last.take() {
            Some(outcome) => A::failure(outcome, stopped),
            None => A::stopped(stopped),
        }
    }
}

/// An async function with gates.
impl<R> Run<GATED, Waiting, R> {
    /// Waits until the attempt may start; the answer of the call where it may not.
    pub async fn enter_gates<A: Answer<R> + AnswerStopped>(&mut self) -> Option<A> {
        match self.entering().wait(None).await {
            Ok(()) => {
                self.call.begin_attempt();
                None
            }
            Err(halt) => Some(self.answer_halted(halt)),
        }
    }

    /// Makes one attempt under its limits, with the gates looking on.
    #[inline]
    pub fn make_attempt<F: Future<Output = R>>(&mut self, operation: F) -> Watched<'_, F> {
        let terms = self.site.terms(Waiting::CLOCK, None);
        let deadline = self.call.deadline(terms);
        let Way { shared, passage } = &mut self.way;
        let now = Waiting.now();
        let bounds = Bounds::new(now, terms.policy.attempt_timeout(), deadline);
        let (span, gates) = (self.call.span(), &shared.gates);
        Watched { operation, span, bounds, started: Some(now), gates, passage, custom: None }
    }
}

/// A function with gates that blocks.
impl<R> Run<GATED, Blocking, R> {
    /// Blocks until the attempt may start; the answer of the call where it may not.
    pub fn enter_gates_blocking<A: Answer<R> + AnswerStopped>(&mut self) -> Option<A> {
        match self.entering().block(None, &thread_waker()) {
            Ok(()) => {
                self.call.begin_attempt();
                None
            }
            Err(halt) => Some(self.answer_halted(halt)),
        }
    }
}
