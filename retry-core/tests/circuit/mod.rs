//! A breaker on a clock that stands still, and calls through it by hand.

// Each test file uses what it needs.
#![allow(dead_code)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};
use std::time::Duration;

use retry_core::{
    Admission, BreakerPolicy, CircuitBreaker, CircuitState, Clock, ErrorKind, Gate, Held,
    ManualClock, Outcome, Pass, Refusal, Request, Settlement, Ticket,
};

pub(crate) const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

pub(crate) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) const DOWN: Outcome = Outcome::Failure(ErrorKind::Server);

/// A breaker and the clock of its calls.
pub(crate) struct Circuit {
    pub(crate) breaker: CircuitBreaker,
    pub(crate) clock: ManualClock,
}

impl Circuit {
    pub(crate) fn new(policy: BreakerPolicy) -> Self {
        let clock = ManualClock::new();
        let breaker =
            CircuitBreaker::new(policy).with_name("stock").with_seed(7).with_clock(clock.clone());
        Self { breaker, clock }
    }

    pub(crate) fn admit(&self) -> Admission {
        self.breaker.admit(&Request::new(&self.clock, None, 1))
    }

    /// Arrives with this much time left.
    pub(crate) fn admit_for(&self, left: Duration) -> Admission {
        self.breaker.admit(&Request::new(&self.clock, Some(self.clock.now() + left), 1))
    }

    #[track_caller]
    pub(crate) fn pass(&self) -> Pass {
        self.pass_of(1)
    }

    /// A pass for this attempt of a call.
    #[track_caller]
    pub(crate) fn pass_of(&self, attempt: u32) -> Pass {
        match self.breaker.admit(&Request::new(&self.clock, None, attempt)) {
            Admission::Go(pass) => pass,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn refusal(&self) -> Refusal {
        match self.admit() {
            Admission::Refuse(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn settle(&self, pass: Pass, outcome: Outcome) {
        self.breaker.settle(pass, &Settlement::new(outcome, &self.clock).with_cause(&"no answer"));
    }

    /// One call from its beginning to its end.
    #[track_caller]
    pub(crate) fn call(&self, outcome: Outcome) {
        self.settle(self.pass(), outcome);
    }

    #[track_caller]
    pub(crate) fn calls(&self, count: u32, outcome: Outcome) {
        (0..count).for_each(|_| self.call(outcome));
    }

    pub(crate) fn state(&self) -> CircuitState {
        self.breaker.state()
    }

    /// Moves on to the next time that the circuit is to be tried.
    pub(crate) fn wait_out(&self) {
        self.clock.advance(self.breaker.snapshot().tried_in().expect("the circuit is open"));
    }

    /// One more who waits.
    #[track_caller]
    pub(crate) fn waiter(&self, left: Option<Duration>) -> Waiter<'_> {
        let admission = left.map_or_else(|| self.admit(), |left| self.admit_for(left));
        let Admission::Hold(ticket) = admission else { panic!("not held") };
        self.waiter_with(ticket, left)
    }

    pub(crate) fn waiter_with(&self, ticket: Ticket, left: Option<Duration>) -> Waiter<'_> {
        let deadline = left.map(|left| self.clock.now() + left);
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        Waiter { circuit: self, ticket, deadline, woken, waker }
    }
}

#[derive(Default)]
pub(crate) struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// One who waits.
pub(crate) struct Waiter<'a> {
    circuit: &'a Circuit,
    ticket: Ticket,
    deadline: Option<std::time::Instant>,
    woken: Arc<Woken>,
    waker: Waker,
}

impl Waiter<'_> {
    pub(crate) fn ask(&self) -> Held {
        let request = Request::new(&self.circuit.clock, self.deadline, 1);
        self.circuit.breaker.ask_again(self.ticket, &request, &self.waker)
    }

    #[track_caller]
    pub(crate) fn waits(&self) -> Duration {
        match self.ask() {
            Held::Wait(Some(time)) => time,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn goes(&self) -> Pass {
        match self.ask() {
            Held::Go(pass) => pass,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn is_refused(&self) -> bool {
        matches!(self.ask(), Held::Refuse(_))
    }

    /// How often it was woken since this was last asked.
    pub(crate) fn woken(&self) -> usize {
        self.woken.0.swap(0, Ordering::SeqCst)
    }

    pub(crate) fn leave(&self) {
        self.circuit.breaker.leave(self.ticket, &self.circuit.clock);
    }
}
