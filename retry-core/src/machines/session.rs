//! One call as a state machine: a verdict goes in, a step comes out.
//!
//! A [`Session`] reads no clock, draws no random number, sleeps on nothing and logs nothing; what
//! time is left and what chance says are arguments. The async loop, the blocking loop, the
//! attribute and a simulator are all drivers of this one machine, so what a test or a simulation
//! shows of it is true of the product.
//!
//! ```
//! use std::time::Duration;
//! use retry_core::{ErrorKind, Jitter, RetryPolicy, Session, Step, StopReason, Time, Verdict};
//!
//! let policy = RetryPolicy::new().with_max_attempts(2).with_jitter(Jitter::None);
//! let mut session = Session::new();
//! let failed = Verdict::Retry(ErrorKind::Network);
//!
//! let step = session.record(&policy, failed, Time::default(), 0);
//! assert_eq!(step, Step::Wait(Duration::from_millis(100)));
//! let step = session.record(&policy, failed, Time::default(), 0);
//! assert_eq!(step, Step::Stop(StopReason::AttemptsExhausted));
//! ```

use std::time::Duration;

use crate::values::attempt::Attempt;
use crate::values::idempotency_key::IdempotencyKey;
use crate::values::kind::{ErrorKind, Verdict};
use crate::values::kind_policy::KindPolicy;
use crate::values::nanos;
use crate::values::policy::RetryPolicy;
use crate::values::stop::StopReason;

/// What to do after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Wait this long, then make the next attempt.
    Wait(Duration),
    /// The call succeeded.
    Done,
    /// The call is over without a success.
    Stop(StopReason),
}

/// Where in time a call is when an attempt has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Time {
    /// Since the call started; read by custom strategies only.
    pub elapsed: Duration,
    /// Until the call's deadline; `None` without one.
    pub remaining: Option<Duration>,
}

/// The state of one call: which attempt it is at, and what the last one ended with.
#[derive(Clone, Debug)]
pub struct Session {
    attempt: u32,
    previous_kind: Option<ErrorKind>,
    previous_delay: u64,
    /// How often each kind with a schedule of its own has failed; made at the first such failure.
    own_failures: Option<Box<[u32]>>,
}

impl Session {
    /// A call before its first attempt has ended.
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        Self { attempt: 1, previous_kind: None, previous_delay: 0, own_failures: None }
    }

    /// The number of the present attempt, from 1.
    #[inline]
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The sort of the newest failure.
    #[must_use]
    pub const fn kind(&self) -> Option<ErrorKind> {
        self.previous_kind
    }

    /// The present attempt as its operation may see it.
    #[must_use]
    pub const fn describe(&self, policy: &RetryPolicy, time: Time) -> Attempt {
        Attempt {
            number: self.attempt,
            max_attempts: policy.most_attempts(),
            previous_delay: Duration::from_nanos(self.previous_delay),
            previous_kind: self.previous_kind,
            elapsed: time.elapsed,
            remaining: time.remaining,
            deadline: None,
            key: IdempotencyKey::NONE,
        }
    }

    /// Takes the verdict on the present attempt and says what comes next; after
    /// [`Step::Wait`] the next attempt is the present one.
    ///
    /// `time` is what [`Time`] says. `draw` is any 64 random bits; the same arguments give the
    /// same step.
    ///
    /// The questions are asked in this order: is it worth it, by the verdict and by the kinds that
    /// the policy [retries](RetryPolicy::retried) ([`StopReason::NotRetryable`]), are there attempts
    /// left ([`StopReason::AttemptsExhausted`]), is the wait that the other side asks for within
    /// `max_hint` ([`StopReason::HintTooLong`]), does the delay end before the deadline
    /// ([`StopReason::DeadlineExceeded`]). Attempts and delays are those of the kind, where it has
    /// its own.
    pub fn record(
        &mut self,
        policy: &RetryPolicy,
        verdict: Verdict,
        time: Time,
        draw: u64,
    ) -> Step {
        let (kind, hint) = match verdict {
            Verdict::Success => return Step::Done,
            Verdict::Stop(kind) => {
                self.previous_kind = Some(kind);
                return Step::Stop(StopReason::NotRetryable);
            }
            Verdict::Retry(kind) => (kind, None),
            Verdict::RetryAfter(kind, hint) => (kind, Some(hint)),
        };
        self.previous_kind = Some(kind);
        if !policy.retried.contains(kind) {
            return Step::Stop(StopReason::NotRetryable);
        }
        let own = policy.own(kind);
        let failures = self.count_failure(policy, own);
        if failures.counted >= failures.limit {
            return Step::Stop(StopReason::AttemptsExhausted);
        }
        if hint.is_some_and(|hint| hint > policy.max_hint()) {
            return Step::Stop(StopReason::HintTooLong);
        }
        let answered = Attempt { number: failures.answered, ..self.describe(policy, time) };
        let backoff = match own {
            None => policy.delay_nanos(&answered, draw),
            Some(index) => policy.backoff_of(&policy.kinds()[index]).delay_after(&answered, draw),
        };
        let delay = Duration::from_nanos(match hint {
            None => backoff,
            // On top of the hint, so that callers who were told the same second spread upward
            // from it, and none comes back early.
            Some(hint) => nanos::saturating(hint).saturating_add(backoff),
        });
        if time.remaining.is_some_and(|remaining| delay >= remaining) {
            return Step::Stop(StopReason::DeadlineExceeded);
        }
        self.attempt += 1;
        self.previous_delay = nanos::saturating(delay);
        Step::Wait(delay)
    }

    /// The wait before the present attempt, in units of so many nanoseconds.
    pub(crate) fn previous_delay_in(&self, unit: u64) -> u32 {
        u32::try_from(self.previous_delay / unit).unwrap_or(u32::MAX)
    }

    /// The wait before the present attempt is left out.
    pub(crate) const fn skip_delay(&mut self) {
        self.previous_delay = 0;
    }

    /// Counts the failure that ended the present attempt, where its kind has a schedule of its own.
    fn count_failure(&mut self, policy: &RetryPolicy, own: Option<usize>) -> Failures {
        let kinds = policy.kinds();
        if own.is_none() && self.own_failures.is_none() {
            let failures = self.attempt;
            return Failures {
                counted: failures,
                limit: policy.max_attempts(),
                answered: failures,
            };
        }
        let counts = self.own_failures.get_or_insert_with(|| vec![0; kinds.len()].into());
        if let Some(index) = own {
            counts[index] = counts[index].saturating_add(1);
        }
        let sum = |of: &dyn Fn(&KindPolicy) -> bool| {
            let counts = kinds.iter().zip(counts.iter()).filter(|(own, _)| of(own));
            counts.fold(0_u32, |sum, (_, count)| sum.saturating_add(*count))
        };
        let with_own_attempts = sum(&|own| own.max_attempts.is_some());
        let general = self.attempt.saturating_sub(with_own_attempts);
        match own.map(|index| (counts[index], kinds[index].max_attempts)) {
            None => {
                let answered = self.attempt.saturating_sub(sum(&|_| true));
                Failures { counted: general, limit: policy.max_attempts(), answered }
            }
            Some((answered, None)) => {
                Failures { counted: general, limit: policy.max_attempts(), answered }
            }
            Some((answered, Some(limit))) => Failures { counted: answered, limit, answered },
        }
    }
}

/// How often a call has failed in a way that counts.
struct Failures {
    /// Against this limit.
    counted: u32,
    limit: u32,
    /// Under this schedule.
    answered: u32,
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}
