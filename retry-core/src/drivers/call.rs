//! One call, as every driver runs it: the session, its random stream, its time and its events.
//!
//! The part that a success runs through is a few inlined instructions. Everything that only a
//! failure needs is out of line, cold, and not generic, so that it exists once in a program
//! however many functions are annotated.

mod drawing;
mod telling;
mod terms;

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use crate::drivers::budgets::Drawn;
use crate::drivers::gates::Passage;
use crate::drivers::halt::Halt;
use crate::drivers::observing::{self, Listening, Observers};
use crate::drivers::spans::CallSpan;
use crate::drivers::trace::{self, Failure};
use crate::machines::rng::draw_at;
use crate::machines::session::{Session, Step, Time};
use crate::seams::gate::{Outcome, Settlement};
use crate::seams::test_mode;
use crate::values::attempt::Attempt;
use crate::values::event::{Event, Text};
use crate::values::idempotency_key::IdempotencyKey;
use crate::values::kind::{ErrorKind, Verdict};
use crate::values::labels::Labels;
use crate::values::policy::RetryPolicy;
use crate::values::stop::{StopReason, Stopped};

pub(crate) use terms::{Failed, Terms, deadline_of};

const TENTH_OF_MS: u64 = 100_000;
const MS: u64 = 1_000_000;

/// The state of one call.
#[derive(Debug)]
pub(crate) struct Call {
    session: Session,
    /// The seed of its random stream, once somebody has asked.
    seed: Option<NonZeroU64>,
    started: Option<Instant>,
    /// What the newest retry has drawn from the budgets.
    drawn: Drawn,
    /// Before an attempt: it is the session's present one, and has not started.
    waiting: bool,
    over: bool,
    listening: Listening,
    /// How long it has waited between attempts, in tenths of a millisecond: five days fit.
    waited: u32,
    span: CallSpan,
}

impl Call {
    /// A call that begins now; `started` is the time where somebody will ask for it.
    #[inline]
    pub(crate) fn start(
        (labels, policy): (&Labels<'_>, &RetryPolicy),
        started: Option<Instant>,
        (listening, own): (Listening, Option<&Observers>),
    ) -> Self {
        if listening.has(Listening::OBSERVERS) {
            observing::tell(own, &Event::CallStarted { labels: *labels });
        }
        Self { span: CallSpan::open(labels, policy), ..Self::quiet(started, listening) }
    }

    /// A call that nobody was told of when it began.
    pub(crate) fn quiet(started: Option<Instant>, listening: Listening) -> Self {
        Self {
            session: Session::new(),
            seed: None,
            started,
            drawn: Drawn::default(),
            waiting: true,
            over: false,
            listening,
            waited: 0,
            span: CallSpan::NONE,
        }
    }

    /// With this seed, where one was taken already.
    pub(crate) fn with_seed(self, seed: Option<NonZeroU64>) -> Self {
        Self { seed, ..self }
    }

    /// The seed, where one was taken.
    pub(crate) const fn seed_so_far(&self) -> Option<NonZeroU64> {
        self.seed
    }

    #[inline]
    pub(crate) const fn span(&self) -> &CallSpan {
        &self.span
    }

    #[inline]
    pub(crate) const fn keeps_time(&self) -> bool {
        self.started.is_some()
    }

    /// How many attempts were started.
    pub(crate) fn attempts(&self) -> u32 {
        self.session.attempt() - u32::from(self.waiting)
    }

    /// The present attempt starts.
    #[inline]
    pub(crate) fn begin_attempt(&mut self) {
        self.waiting = false;
        if self.session.attempt() > 1 {
            self.waited = self.waited.saturating_add(self.session.previous_delay_in(TENTH_OF_MS));
        }
        let session = &self.session;
        self.span.begin_attempt(session.attempt(), || session.previous_delay_in(MS));
    }

    /// The end of the call: the caller's deadline or the total timeout, whichever comes first.
    pub(crate) fn deadline(&self, terms: Terms<'_>) -> Option<Instant> {
        deadline_of(self.started, terms)
    }

    /// The present attempt, as of `now` where the time is known.
    pub(crate) fn describe(&mut self, terms: Terms<'_>, now: Option<Instant>) -> Attempt {
        let key = terms.seeds.key(self.seed(terms));
        let deadline = self.deadline(terms);
        let described = self.session.describe(terms.policy, self.time(terms, now));
        Attempt { deadline, key, ..described }
    }

    fn seed(&mut self, terms: Terms<'_>) -> NonZeroU64 {
        *self.seed.get_or_insert_with(|| terms.seeds.next())
    }

    /// The key of its attempts, once one was described.
    pub(crate) fn key(&self, terms: Terms<'_>) -> Option<IdempotencyKey> {
        Some(terms.seeds.key(self.seed?))
    }

    pub(crate) fn elapsed(&self, now: Option<Instant>) -> Option<Duration> {
        Some(now?.saturating_duration_since(self.started?))
    }

    fn time(&self, terms: Terms<'_>, now: Option<Instant>) -> Time {
        let until = |deadline: Instant| Some(deadline.saturating_duration_since(now?));
        Time {
            elapsed: self.elapsed(now).unwrap_or_default(),
            remaining: self.deadline(terms).and_then(until),
        }
    }

    /// How the call ended, if it ended at `now`.
    pub(crate) fn stopped(&self, halt: Halt, now: Option<Instant>) -> Stopped {
        let Halt { reason, refusal } = halt;
        let elapsed = self.elapsed(now).unwrap_or_default();
        let kind = self.session.kind();
        Stopped { reason, kind, attempts: self.attempts(), elapsed, refusal }
    }

    /// The present attempt succeeded. Whether that was the first, and nobody listens: then the
    /// budgets are all there is to be told, unless the call has gates.
    #[inline]
    pub(crate) const fn succeeded_at_once(&mut self) -> bool {
        self.over = true;
        self.session.attempt() == 1 && self.listening.is_nobody() && !self.span.is_open()
    }

    /// The present attempt succeeded.
    #[inline(never)]
    pub(crate) fn succeeded(&mut self, terms: Terms<'_>, passage: Option<&mut Passage>) {
        self.over = true;
        terms.budgets.succeeded(self.session.attempt(), self.drawn, terms.clock);
        if let Some(passage) = passage {
            passage.succeeded(terms.gates, terms.clock);
        }
        if self.session.attempt() > 1 {
            self.recovered(&terms.labels);
        }
        self.span.succeeded(self.session.attempt());
        if !self.listening.is_nobody() {
            self.tell_success(terms);
        }
    }

    /// How long it has waited between attempts so far.
    fn waited(&self) -> Duration {
        Duration::from_nanos(u64::from(self.waited) * TENTH_OF_MS)
    }

    #[cold]
    fn recovered(&self, labels: &Labels<'_>) {
        trace::recovered(&self.span, *labels, self.session.attempt());
    }

    /// The present attempt failed: how long to wait for the next, or why there is none. `now` is
    /// needed where there is a deadline.
    ///
    /// The questions come in this order: what the session asks, whether the process is shutting
    /// down, whether a gate would refuse the next attempt, whether the budget has a token for it.
    #[cold]
    pub(crate) fn failed(
        &mut self,
        terms: Terms<'_>,
        (failed, passage): (Failed<'_>, Option<&mut Passage>),
        now: Option<Instant>,
    ) -> Result<Duration, Halt> {
        let Failed { verdict, error } = failed;
        let settlement = failed.settlement(terms.clock);
        let mut passage = passage;
        if let Some(passage) = &mut passage {
            passage.settle(terms.gates, &settlement);
        }
        let attempt = self.session.attempt();
        self.span.attempt_failed(failed.kind(), error);
        self.tell_failure(terms, attempt, &failed);
        terms.budgets.failed(attempt, terms.clock);
        let mode = test_mode::present();
        let mut time = self.time(terms, now);
        if mode.is_some_and(|mode| mode.instant) {
            time.remaining = None;
        }
        let draw = draw_at(self.seed(terms).get(), attempt);
        let step = self.session.record(terms.policy, verdict, time, draw);
        let step = mode.map_or(step, |mode| self.under_test(mode, step, attempt));
        let max_attempts = terms.policy.most_attempts();
        let failure = Failure { attempt, max_attempts, kind: failed.kind(), error };
        let halt = match step {
            Step::Wait(delay) => {
                self.waiting = true;
                match self.may_retry(terms, verdict, delay) {
                    Ok(()) => {
                        trace::retrying(&self.span, terms.labels, &failure, delay);
                        let (labels, kind) = (terms.labels, failure.kind);
                        let attempt = self.session.attempt();
                        self.tell(terms, &Event::RetryScheduled { labels, attempt, kind, delay });
                        return Ok(delay);
                    }
                    Err(halt) => halt,
                }
            }
            Step::Stop(reason) => Halt::new(reason),
            // What the caller gets is an error, whatever the classifier calls it.
            Step::Done => Halt::new(StopReason::NotRetryable),
        };
        if let Some(passage) = passage {
            passage.finish(terms.gates, &settlement);
        }
        self.gave_up(terms, &failure, (&halt, self.elapsed(now)));
        Err(halt)
    }

    #[inline]
    fn tell_failure(&mut self, terms: Terms<'_>, attempt: u32, failed: &Failed<'_>) {
        let (labels, kind, error) = (terms.labels, failed.kind(), Text::of(failed.error));
        self.tell(terms, &Event::AttemptFailed { labels, attempt, kind, error });
        if let Verdict::RetryAfter(_, hint) = failed.verdict {
            self.tell(terms, &Event::HintReceived { labels, attempt, kind, hint });
        }
        if self.is_counted() {
            self.listening = self.listening.and(Listening::FAILED);
        }
    }

    /// What a test makes of a step.
    fn under_test(&mut self, mode: &test_mode::Entered, step: Step, attempt: u32) -> Step {
        let Step::Wait(delay) = step else { return step };
        if mode.max_attempts.is_some_and(|most| attempt >= most) {
            self.waiting = true;
            return Step::Stop(StopReason::AttemptsExhausted);
        }
        if mode.instant {
            self.session.skip_delay();
            return Step::Wait(Duration::ZERO);
        }
        Step::Wait(delay)
    }

    /// The call ends outside a failed attempt: its time ran out, it was cancelled, or refused.
    #[cold]
    pub(crate) fn cut(
        &mut self,
        terms: Terms<'_>,
        stopped: &Stopped,
        passage: Option<&mut Passage>,
    ) {
        self.undraw(terms);
        if let Some(passage) = passage {
            let outcome = match (stopped.reason, stopped.kind) {
                (StopReason::Cancelled, _) | (_, None) if self.waiting => Outcome::Abandoned,
                (StopReason::Cancelled, _) => Outcome::Abandoned,
                (_, Some(kind)) if self.waiting => Outcome::Failure(kind),
                // The end of the call's time found an attempt that had not answered.
                _ => Outcome::Failure(ErrorKind::Timeout),
            };
            let settlement = Settlement::new(outcome, terms.clock).with_cause(&stopped.reason);
            // What was given for an attempt that is not made goes back as it came.
            if !self.waiting {
                passage.settle(terms.gates, &settlement);
            }
            passage.finish(terms.gates, &settlement);
        }
        let failure = Failure {
            attempt: stopped.attempts,
            max_attempts: terms.policy.most_attempts(),
            kind: stopped.kind.unwrap_or(match (stopped.reason, &stopped.refusal) {
                (StopReason::Shutdown, _) => ErrorKind::Unknown,
                (_, Some(_)) => ErrorKind::CircuitBreaker,
                (_, None) => ErrorKind::Timeout,
            }),
            error: &stopped.reason,
        };
        let halt = Halt { reason: stopped.reason, refusal: stopped.refusal.clone() };
        self.gave_up(terms, &failure, (&halt, Some(stopped.elapsed)));
    }

    fn gave_up(
        &mut self,
        terms: Terms<'_>,
        failure: &Failure<'_>,
        (halt, elapsed): (&Halt, Option<Duration>),
    ) {
        self.over = true;
        let reason = halt.reason;
        if reason == StopReason::Cancelled {
            trace::cancelled(&self.span, terms.labels, failure.attempt);
        } else {
            trace::gave_up(&self.span, terms.labels, failure, (reason, elapsed));
        }
        self.span.gave_up(failure, reason);
        if !self.listening.is_nobody() {
            self.tell_end(terms, halt, elapsed);
        }
    }

    fn tell_end(&self, terms: Terms<'_>, halt: &Halt, elapsed: Option<Duration>) {
        let (labels, attempts) = (terms.labels, self.attempts());
        if let Some(refusal) = &halt.refusal {
            let attempt = attempts.saturating_add(1);
            self.tell(terms, &Event::GateRefused { labels, attempt, refusal });
        }
        let (reason, kind, waited) = (halt.reason, self.session.kind(), self.waited());
        self.tell(terms, &Event::GaveUp { labels, attempts, reason, kind, elapsed, waited });
    }

    /// Whether it has ended, so that nothing is left to say when its driver is dropped.
    #[inline]
    pub(crate) const fn is_over(&self) -> bool {
        self.over
    }

    /// To be called when the driver is dropped and has a way through gates: whatever it holds goes
    /// back. An operation that panicked has failed; one that was cancelled has not.
    pub(crate) fn dropped_at(&self, terms: Terms<'_>, passage: &mut Passage) {
        let panicked = !self.over && !self.waiting && std::thread::panicking();
        let outcome =
            if panicked { Outcome::Failure(ErrorKind::Unknown) } else { Outcome::Abandoned };
        let settlement = Settlement::new(outcome, terms.clock).with_cause(&"panicked");
        passage.settle(terms.gates, &settlement);
        passage.finish(terms.gates, &settlement);
    }

    /// To be called when the driver is dropped before the call is over.
    #[cold]
    pub(crate) fn abandoned(&mut self, terms: Terms<'_>) {
        self.over = true;
        self.undraw(terms);
        let attempt = self.attempts();
        if std::thread::panicking() {
            trace::panicked(&self.span, terms.labels, attempt);
            self.span.panicked(attempt);
            self.tell(terms, &Event::Panicked { labels: terms.labels, attempt });
        } else {
            trace::cancelled(&self.span, terms.labels, attempt);
            self.span.cancelled(attempt);
            if !self.listening.is_nobody() {
                let now = self.started.map(|_| terms.clock.now());
                self.tell_end(terms, &Halt::new(StopReason::Cancelled), self.elapsed(now));
            }
        }
    }
}
