//! The circuit breaker: when to open, whom to let through meanwhile, and when to close.
//!
//! Nearly all calls meet a closed circuit, so that path is one load before the attempt and a few
//! lock-free steps after it. Everything else is rare or about to wait anyway, and is behind one
//! lock, where it can be read from top to bottom. All times are nanoseconds since the same start,
//! and are asked for only where they matter; none is 0.
//!
//! One word says what the circuit does and how often that has changed. Each pass carries what it
//! was given under, so an outcome that comes from before a change is known as such.

mod bits;
mod buckets;
mod effects;
mod leases;
mod manual;
mod queue;
mod recovery;
mod retune;
mod ring;
mod room;
mod tuning;
mod waiting;
mod window;

#[cfg(all(test, retry_loom))]
mod models;
#[cfg(all(test, not(retry_loom)))]
mod tests;

use crate::machines::sync::{AtomicU64, Mutex, Ordering};
use crate::seams::gate::{Outcome, Pass};
use crate::values::breaker_policy::BreakerPolicy;
use crate::values::circuit::CircuitState;
use crate::values::kind::ErrorKind;
use crate::values::scope::Scope;

pub(crate) use effects::Effects;
pub(crate) use manual::Manual;
pub(crate) use room::Report;
pub(crate) use waiting::{Arrival, Entry, Wait};
pub(crate) use window::Counts;

use room::Room;
use tuning::Tuning;
use window::{Call, Memory};

/// The low byte of a pass that carries a lease; any other pass carries the word that it was given
/// under, whose low byte is a state.
const LEASE: u64 = 0xff;

/// A circuit breaker that reads no clock.
pub(crate) struct Breaker {
    tuning: Tuning,
    /// The state in the low byte, above it how often it has changed. Written under the lock only.
    word: AtomicU64,
    memory: Memory,
    /// What a good call takes, in nanoseconds; 0 while nobody knows.
    healthy: AtomicU64,
    seed: u64,
    /// Made when the first thing happens that is not a call under a closed circuit.
    room: Mutex<Option<Box<Room>>>,
}

/// What is left to do after a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Succeeded {
    Done,
    /// It was counted, and may be the reason to open.
    Judge,
    /// It was not counted.
    NotYet,
}

/// What an outcome says about the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Good,
    /// A failure that only somebody who is there can answer with.
    Alive,
    Bad,
    Nothing,
}

impl Breaker {
    pub(crate) fn new(policy: BreakerPolicy, seed: u64) -> Self {
        Self {
            tuning: Tuning::new(&policy),
            word: AtomicU64::new(0),
            memory: Memory::new(&policy),
            healthy: AtomicU64::new(0),
            seed,
            room: Mutex::new(None),
        }
    }

    pub(crate) fn policy(&self) -> BreakerPolicy {
        // Changed under the lock, so that what is read under it is of one policy.
        let _room = self.room.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        self.tuning.load()
    }

    pub(crate) fn parks(&self) -> bool {
        self.tuning.parks()
    }

    pub(crate) fn scope(&self) -> Scope {
        self.tuning.scope()
    }

    /// The time after which a call is slow, in nanoseconds; 0 for none.
    pub(crate) fn slow_call(&self) -> u64 {
        self.tuning.slow_call()
    }

    pub(crate) fn set_seed(&mut self, seed: u64) {
        self.seed = seed;
    }

    pub(crate) fn state(&self) -> CircuitState {
        state_in(self.word.load(Ordering::Acquire))
    }

    /// A pass for an attempt where all may go; `None` where [`arrive`](Self::arrive) has to say.
    /// The time is taken along where a call can be slow, and of one in so many where callers may
    /// have to wait, who are let in by it.
    #[inline]
    pub(crate) fn enter(&self, now: impl FnOnce() -> u64) -> Option<Pass> {
        let word = self.word.load(Ordering::Acquire);
        if word & 0xff > CircuitState::Disabled as u64 {
            return None;
        }
        let tuning = &self.tuning;
        let timed = tuning.slow_call() != 0 || tuning.parks() && self.memory.samples(tuning);
        Some(Pass(word, if timed { now() } else { 0 }))
    }

    /// Takes the success of what the pass was given for, where there is little to do. Whether that
    /// was so; else [`settle`](Self::settle) has to take it.
    #[inline]
    pub(crate) fn succeed(&self, pass: Pass, now: impl FnOnce() -> u64) -> Succeeded {
        if pass.1 != 0 || !self.counts_now(pass) {
            return Succeeded::NotYet;
        }
        if self.memory.succeed(&self.tuning, now) { Succeeded::Done } else { Succeeded::Judge }
    }

    /// Whether an outcome under this pass is counted: it carries the present word, and that says
    /// that calls are counted.
    #[inline]
    fn counts_now(&self, pass: Pass) -> bool {
        pass.0 & 0xff <= CircuitState::ObserveOnly as u64
            && pass.0 == self.word.load(Ordering::Acquire)
    }

    /// Takes the outcome of what the pass was given for.
    pub(crate) fn settle(
        &self,
        pass: Pass,
        outcome: Outcome,
        now: impl Fn() -> u64,
    ) -> Option<Effects> {
        if pass.1 != 0 || pass.0 & 0xff == LEASE {
            return self.settle_other(pass, outcome, now());
        }
        let sign = self.sign(outcome);
        if sign == Sign::Nothing || !self.counts_now(pass) {
            return None;
        }
        let call = Call { failed: sign == Sign::Bad, slow: false };
        if self.memory.record(&self.tuning, call, &now) {
            return self.trip(pass, kind_of(outcome), now());
        }
        None
    }

    /// A success has come at a moment when it can be the reason to open.
    #[cold]
    pub(crate) fn judge(&self, pass: Pass, now: u64) -> Option<Effects> {
        if self.counts(now).are_too_bad(&self.tuning) {
            return self.trip(pass, None, now);
        }
        None
    }

    /// A pass that carries a time or a lease.
    #[inline(never)]
    fn settle_other(&self, pass: Pass, outcome: Outcome, now: u64) -> Option<Effects> {
        if pass.0 & 0xff == LEASE {
            return self.settle_lease(pass, outcome, now);
        }
        let took = took(pass, now);
        let slow = self.is_slow(took);
        let ran_late = self.memory.may_have_run_late(took);
        let told = if ran_late { self.forget_running(pass) } else { None };
        if !self.counts_now(pass) {
            return None;
        }
        let sign = self.sign(outcome);
        let too_bad = match (sign, told) {
            (Sign::Nothing, _) => return None,
            (Sign::Bad, Some(place)) => self.memory.fail_late(&self.tuning, place, now),
            (_, Some(_)) => self.memory.succeed_late(&self.tuning),
            (_, None) => {
                let call = Call { failed: sign == Sign::Bad, slow };
                self.memory.record(&self.tuning, call, || now)
            }
        };
        if sign == Sign::Good {
            self.learn(took);
        }
        let kind = kind_of(outcome).or(slow.then_some(ErrorKind::Timeout));
        if too_bad { self.trip(pass, kind, now) } else { None }
    }

    /// The attempt is still running after the time that a call may take.
    pub(crate) fn overdue(&self, pass: Pass, now: u64) -> Option<Effects> {
        // It began when no call was slow, and nobody knows when that was.
        if pass.1 == 0 {
            return None;
        }
        // Told too early, or once before under a shorter limit, it would not be recognised when it
        // settles.
        let took = took(pass, now);
        if !self.is_slow(took) || self.was_told(pass) {
            return None;
        }
        if pass.0 & 0xff == LEASE {
            return self.overdue_lease(pass, now);
        }
        if !self.counts_now(pass) {
            return None;
        }
        let (place, too_bad) = self.memory.record_running(&self.tuning, now);
        self.remember_running(pass, place);
        if too_bad { self.trip(pass, Some(ErrorKind::Timeout), now) } else { None }
    }

    fn is_slow(&self, took: u64) -> bool {
        let limit = self.tuning.slow_call();
        limit != 0 && took >= limit
    }

    /// Whether the call has been recorded while it was running, under a limit that was shorter than
    /// the present one.
    fn was_told(&self, pass: Pass) -> bool {
        self.memory.least_slow() < self.tuning.slow_call() && self.is_running(pass)
    }

    fn sign(&self, outcome: Outcome) -> Sign {
        match outcome {
            Outcome::Success => Sign::Good,
            Outcome::Failure(kind) if self.tuning.ignored().contains(kind) => Sign::Nothing,
            Outcome::Failure(kind) if self.tuning.failures().contains(kind) => Sign::Bad,
            Outcome::Failure(_) => Sign::Alive,
            Outcome::Abandoned => Sign::Nothing,
        }
    }

    /// Moves what is known of a good call's time towards this one: by a quarter of the difference
    /// where it was quicker, by a thirty-second where it was not. A side that begins to suffer
    /// answers slowly for some seconds before the circuit opens, and what was learnt of its health
    /// must outlast them. Two that learn at once may lose one of the two, which an average does not
    /// notice.
    fn learn(&self, took: u64) {
        let known = self.healthy.load(Ordering::Relaxed);
        let next = match known {
            0 => took,
            _ if took < known => known - (known - took) / 4,
            _ => known + (took - known) / 32,
        };
        self.healthy.store(next.max(1), Ordering::Relaxed);
    }

    /// What the window holds.
    pub(crate) fn counts(&self, now: u64) -> Counts {
        self.memory.counts(self.tuning.unit(), now)
    }
}

const fn kind_of(outcome: Outcome) -> Option<ErrorKind> {
    match outcome {
        Outcome::Failure(kind) => Some(kind),
        Outcome::Success | Outcome::Abandoned => None,
    }
}

/// How long what the pass was given for has taken.
const fn took(pass: Pass, now: u64) -> u64 {
    now.saturating_sub(pass.1)
}

fn state_in(word: u64) -> CircuitState {
    // Only the numbers of states are ever stored.
    CircuitState::ALL[usize::from(word.to_le_bytes()[0])]
}
