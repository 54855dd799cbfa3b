//! A call that has no state until something happens to it.
//!
//! Nearly all calls succeed at once. What they need is to know that, and who listens: a few bytes in
//! the future, and a few instructions. The rest, which only a failure or a listener asks for, is made
//! when it is asked for, in a box.

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use crate::drivers::call::{Call, Terms, deadline_of};
use crate::drivers::observing::Listening;
use crate::drivers::spans::CallSpan;
use crate::values::attempt::Attempt;
use crate::values::labels::Labels;
use crate::values::policy::RetryPolicy;

/// A call, from which its state is made when it is needed.
#[derive(Debug)]
pub(crate) struct LazyCall {
    call: Option<Box<Call>>,
    started: Option<Instant>,
    /// That of its random stream, where its first attempt was looked at.
    seed: Option<NonZeroU64>,
    listening: Listening,
    /// The first attempt has started.
    begun: bool,
    /// It succeeded at once.
    over: bool,
}

impl LazyCall {
    /// A call that starts now, as `begun` with its first attempt or before it. `called` says what it
    /// is called, for those who want to hear of every call.
    #[inline]
    pub(crate) fn start<'a>(
        started: Option<Instant>,
        listening: Listening,
        begun: bool,
        called: impl FnOnce() -> (Labels<'a>, &'a RetryPolicy),
    ) -> Self {
        let mut call = Self { call: None, started, seed: None, listening, begun, over: false };
        if listening.has(Listening::OBSERVERS) || CallSpan::is_wanted() {
            let (labels, policy) = called();
            call.announce(&labels, policy);
        }
        call
    }

    /// One that nobody is told of before its end, and nobody times, after its first attempt has
    /// started.
    #[inline(always)]
    pub(crate) const fn unheard(listening: Listening) -> Self {
        Self { call: None, started: None, seed: None, listening, begun: true, over: false }
    }

    #[cold]
    fn announce(&mut self, labels: &Labels<'_>, policy: &RetryPolicy) {
        let call = Call::start((labels, policy), self.started, (self.listening, None));
        self.keep(call);
    }

    /// The state.
    #[cold]
    pub(crate) fn get(&mut self) -> &mut Call {
        if self.call.is_none() {
            self.keep(Call::quiet(self.started, self.listening).with_seed(self.seed));
        }
        self.call.as_mut().unwrap_or_else(|| unreachable!("it was made above"))
    }

    fn keep(&mut self, mut call: Call) {
        if self.begun {
            call.begin_attempt();
        }
        self.call = Some(Box::new(call));
    }

    /// The present attempt, as of `now` where the time is known.
    pub(crate) fn describe(&mut self, terms: Terms<'_>, now: Option<Instant>) -> Attempt {
        if let Some(call) = &mut self.call {
            return call.describe(terms, now);
        }
        let mut first = Call::quiet(self.started, self.listening).with_seed(self.seed);
        let described = first.describe(terms, now);
        self.seed = first.seed_so_far();
        described
    }

    /// The first attempt succeeded. Whether nobody is told more than that: else the state has to take
    /// it.
    #[inline]
    pub(crate) const fn succeeds_at_once(&mut self) -> bool {
        self.over = true;
        self.call.is_none()
    }

    /// Whether nothing has happened to it that anybody is to be told of.
    #[inline]
    pub(crate) const fn is_unheard(&self) -> bool {
        self.call.is_none() && self.listening.is_nobody()
    }

    #[inline]
    pub(crate) const fn listening(&self) -> Listening {
        self.listening
    }

    #[inline]
    pub(crate) fn span(&self) -> Option<&CallSpan> {
        Some(self.call.as_ref()?.span())
    }

    #[inline]
    pub(crate) const fn keeps_time(&self) -> bool {
        self.started.is_some()
    }

    /// How long it has taken by this time.
    pub(crate) fn elapsed(&self, now: Instant) -> Option<Duration> {
        Some(now.saturating_duration_since(self.started?))
    }

    /// How many attempts were started.
    pub(crate) fn attempts(&self) -> u32 {
        self.call.as_ref().map_or(u32::from(self.begun), |call| call.attempts())
    }

    /// The end of the call: the caller's deadline or the total timeout, whichever comes first.
    #[inline]
    pub(crate) fn deadline(&self, terms: Terms<'_>) -> Option<Instant> {
        deadline_of(self.started, terms)
    }

    /// The present attempt starts.
    #[inline]
    pub(crate) fn begin_attempt(&mut self) {
        self.begun = true;
        if let Some(call) = &mut self.call {
            call.begin_attempt();
        }
    }

    /// Whether it succeeded at once, so that nothing is left to do when its driver is dropped.
    #[inline(always)]
    pub(crate) const fn is_done(&self) -> bool {
        self.over && self.call.is_none()
    }

    /// Whether it has ended, so that nothing is left to say when its driver is dropped.
    pub(crate) fn is_over(&self) -> bool {
        self.call.as_ref().map_or(self.over, |call| call.is_over())
    }
}
