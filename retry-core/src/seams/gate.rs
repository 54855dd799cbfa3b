//! Who may say no, or not yet, before an attempt.
//!
//! A [`Gate`] stands between a call and its attempts: a circuit breaker, a rate limit, a throttle,
//! or one of an application's own. It answers from memory and never waits: an attempt may *go*, is
//! *refused*, or is *held*, and then the driver waits for it, until the call's deadline and no
//! longer.
//!
//! Every [`Pass`] that a gate gives is settled exactly once, and every [`Ticket`] is either turned
//! into a pass, refused, or left; also when the future of the call is dropped.

use std::fmt;
use std::task::Waker;
use std::time::{Duration, Instant};

use crate::seams::clock::Clock;
use crate::values::kind::ErrorKind;
use crate::values::refusal::Refusal;

pub use crate::values::scope::Scope;

#[doc = include_str!("../../docs/gates.md")]
pub trait Gate: fmt::Debug + Send + Sync {
    /// May an attempt start now?
    fn admit(&self, request: &Request<'_>) -> Admission;

    /// Asks again for a ticket that [`admit`](Self::admit) gave. After an answer other than
    /// [`Held::Wait`] the ticket is used up.
    fn ask_again(&self, ticket: Ticket, request: &Request<'_>, waker: &Waker) -> Held {
        let _ = (ticket, request, waker);
        Held::Go(Pass::default())
    }

    /// The holder of the ticket goes away, for whatever reason.
    fn leave(&self, ticket: Ticket, clock: &dyn Clock) {
        let _ = (ticket, clock);
    }

    /// What the pass was given for has ended.
    fn settle(&self, pass: Pass, settlement: &Settlement<'_>);

    /// What an attempt that starts after `delay` would be refused for, as far as can be told now:
    /// asked after a failure, so that nobody sleeps only to be refused.
    fn foresee(&self, delay: Duration, clock: &dyn Clock) -> Option<Refusal> {
        let _ = (delay, clock);
        None
    }

    /// Whether it decides by itself, for now, how many attempts of all calls are made, and holds
    /// back the others. Asked after a failure: then the retry needs no token from a budget, which
    /// would only decide the same again, and lose calls that are about to wait.
    fn paces(&self) -> bool {
        false
    }

    /// How long an attempt may run before the gate wants to hear of it in
    /// [`overdue`](Self::overdue).
    fn patience(&self) -> Option<Duration> {
        None
    }

    /// The attempt is still running after [`patience`](Self::patience). Told at most once for each
    /// pass, before its settlement.
    fn overdue(&self, pass: Pass, clock: &dyn Clock) {
        let _ = (pass, clock);
    }

    /// What one pass is for.
    fn scope(&self) -> Scope {
        Scope::Attempt
    }
}

/// Who asks a gate: the attempt, the end of its call, and where the time is read.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub(crate) clock: &'a dyn Clock,
    pub(crate) deadline: Option<Instant>,
    pub(crate) attempt: u32,
}

impl<'a> Request<'a> {
    /// A request for attempt number `attempt`, from 1, of a call that ends at `deadline`.
    #[must_use]
    pub const fn new(clock: &'a dyn Clock, deadline: Option<Instant>, attempt: u32) -> Self {
        Self { clock, deadline, attempt }
    }

    /// Where the time is read; a gate that needs none reads none.
    #[must_use]
    pub const fn clock(&self) -> &'a dyn Clock {
        self.clock
    }

    /// The end of the call; `None` when it may take for ever.
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The number of the attempt, from 1.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// The right to make an attempt: two words that mean something to the gate that gave them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass(pub u64, pub u64);

/// A place in a gate's waiting room: a word that means something to the gate that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(pub u64);

/// A gate's answer to a request.
#[derive(Clone, Debug)]
pub enum Admission {
    /// The attempt may start.
    Go(Pass),
    /// It may not.
    Refuse(Refusal),
    /// Not yet: the driver asks again at once, with a waker, and then as [`Held::Wait`] says.
    Hold(Ticket),
}

/// A gate's answer to one who holds a ticket.
#[derive(Clone, Debug)]
pub enum Held {
    /// The attempt may start.
    Go(Pass),
    /// It may not.
    Refuse(Refusal),
    /// Ask again when the waker is woken, and after this much time at the latest.
    Wait(Option<Duration>),
}

/// How something ended that a pass was given for: what a gate learns from.
#[derive(Clone, Copy)]
pub struct Settlement<'a> {
    pub(crate) outcome: Outcome,
    pub(crate) cause: Option<&'a dyn fmt::Display>,
    pub(crate) hint: Option<Duration>,
    pub(crate) clock: &'a dyn Clock,
}

/// How an attempt, or a call, ended for a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With what the caller wanted.
    Success,
    /// With a failure of this kind.
    Failure(ErrorKind),
    /// Not at all: it was cancelled, or never started.
    Abandoned,
}

impl<'a> Settlement<'a> {
    /// An end that came at the clock's present time.
    #[must_use]
    pub const fn new(outcome: Outcome, clock: &'a dyn Clock) -> Self {
        Self { outcome, cause: None, hint: None, clock }
    }

    /// With the text of the failure.
    #[must_use]
    pub const fn with_cause(self, cause: &'a dyn fmt::Display) -> Self {
        Self { cause: Some(cause), ..self }
    }

    /// With the wait that the other side asked for.
    #[must_use]
    pub const fn with_hint(self, hint: Duration) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// How it ended.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The text of the failure.
    #[must_use]
    pub const fn cause(&self) -> Option<&'a dyn fmt::Display> {
        self.cause
    }

    /// How long the other side asked to be left alone.
    #[must_use]
    pub const fn hint(&self) -> Option<Duration> {
        self.hint
    }

    /// Where the time is read; a gate that needs none reads none.
    #[must_use]
    pub const fn clock(&self) -> &'a dyn Clock {
        self.clock
    }
}

impl fmt::Debug for Settlement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settlement")
            .field("outcome", &self.outcome)
            .field("hint", &self.hint)
            .finish_non_exhaustive()
    }
}
