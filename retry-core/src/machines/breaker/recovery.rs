//! From open back to closed: the wait, the probes, the ramp.
//!
//! A circuit that is open waits, longer the longer the outage lasts, and then gives out leases. The probes decide as soon as what is left of them can no longer change the answer. Where
//! callers were waiting, a good answer does not let all of them loose: a window of attempts opens
//! from one on, and widens for as long as the other side answers about as fast as it used to.

use crate::machines::rng::Rng;
use crate::machines::sync::Ordering;
use crate::seams::gate::{Outcome, Pass};
use crate::values::breaker_policy::BreakerPolicy;
use crate::values::circuit::CircuitState;
use crate::values::kind::ErrorKind;
use crate::values::nanos;

use super::effects::Effects;
use super::room::Room;
use super::{Breaker, Sign, kind_of, took};

/// Where callers wait, how many calls there are for each probe in the long run.
const CALLS_PER_PROBE: u64 = 3;

/// How many failures in a row end the ramp.
const RAMP_FAILURES: u32 = 5;

/// What the circuit is about, where that is more than its state.
pub(super) enum Phase {
    /// Nothing: all may go, or none.
    Calm,
    Open {
        until: u64,
    },
    Trial(Trial),
    Ramp(Ramp),
}

/// The answers of the probes so far.
#[derive(Clone, Copy, Default)]
pub(super) struct Trial {
    settled: u32,
    failed: u32,
    slow: u32,
}

/// How an attempt that had a lease ended.
#[derive(Clone, Copy)]
struct Answer {
    sign: Sign,
    slow: bool,
    kind: Option<ErrorKind>,
}

/// How many attempts may be under way.
#[derive(Clone, Copy)]
pub(super) struct Ramp {
    window: u32,
    failed_in_a_row: u32,
    /// What a success takes at present; 0 before the first.
    takes: u64,
}

/// How long the next wait is.
pub(super) struct Growth {
    /// How many recoveries failed in a row.
    failed: u32,
    last_wait: u64,
    closed_at: Option<u64>,
    /// Since when the circuit is not closed, and how many calls have begun since.
    tripped_at: u64,
    begun: u32,
}

impl Growth {
    pub(super) const fn new() -> Self {
        Self { failed: 0, last_wait: 0, closed_at: None, tripped_at: 0, begun: 0 }
    }

    /// A closed circuit opens: a fresh start, unless it was closed for less long than it was open.
    pub(super) fn trip(&mut self, now: u64) {
        match self.closed_at {
            Some(closed_at) if now.saturating_sub(closed_at) < self.last_wait => self.fail(),
            _ => (self.failed, self.tripped_at, self.begun) = (0, now, 0),
        }
    }

    pub(super) const fn fail(&mut self) {
        self.failed = self.failed.saturating_add(1);
    }

    /// A call has begun while the circuit is not closed.
    pub(super) const fn begin(&mut self) {
        self.begun = self.begun.saturating_add(1);
    }

    /// Closed at this time; `None` for a fresh start.
    pub(super) const fn close(&mut self, now: Option<u64>) {
        self.closed_at = now;
    }

    /// Draws downward from the longest wait, so that many breakers do not come back together, and
    /// none stays open for longer than it may.
    pub(super) fn wait(&mut self, policy: &BreakerPolicy, now: u64, rng: &mut Rng) -> u64 {
        let longest = self.longest(policy, now);
        self.last_wait = nanos::between(longest / 2, longest, rng.draw()).max(1);
        self.last_wait
    }

    /// The wait is no longer than it could be under this policy, which it returns.
    pub(super) fn shorten(&mut self, policy: &BreakerPolicy, now: u64) -> u64 {
        let longest = self.longest(policy, now).max(1);
        self.last_wait = self.last_wait.min(longest);
        longest
    }

    fn longest(&self, policy: &BreakerPolicy, now: u64) -> u64 {
        if policy.parks() {
            return self.longest_gap(policy, now);
        }
        let factor = 1_u64.checked_shl(self.failed).unwrap_or(u64::MAX);
        policy.open_for.saturating_mul(factor).min(policy.max_open_for)
    }

    /// The longest gap between two probes where callers wait: as long as the circuit has been open,
    /// within bounds.
    ///
    /// The time of those who wait runs, so the end of the outage has to be noticed soon; and a probe
    /// is load, which has to stay small beside that of the calls. One probe for a few calls, and no
    /// more than about one in a second, does both. Where no call begins, somebody only tries again
    /// by itself, as all others like it do at that moment: they are spread over twice `open_for`.
    fn longest_gap(&self, policy: &BreakerPolicy, now: u64) -> u64 {
        let open_for = now.saturating_sub(self.tripped_at);
        let between_calls = open_for.checked_div(self.begun.into()).unwrap_or(u64::MAX);
        let most = between_calls.saturating_mul(CALLS_PER_PROBE).max(nanos::PER_SECOND);
        let most = most.min(policy.open_for.saturating_mul(2)).min(policy.max_open_for);
        open_for.max(policy.probe_gap).min(most)
    }
}

impl Trial {
    /// How many more probes may be sent.
    pub(super) const fn wanted(self, policy: &BreakerPolicy) -> u32 {
        policy.probes.saturating_sub(self.settled)
    }

    /// Whether the other side is up, once that is certain.
    pub(super) fn verdict(self, policy: &BreakerPolicy) -> Option<bool> {
        let left = self.wanted(policy);
        let part = |count: u32| f64::from(count) / f64::from(policy.probes);
        let is_bad = |more: u32| {
            part(self.failed.saturating_add(more)) >= policy.failure_ratio
                || policy.slow_call != 0
                    && part(self.slow.saturating_add(more)) >= policy.slow_ratio
        };
        if is_bad(0) {
            Some(false)
        } else if is_bad(left) {
            None
        } else {
            Some(true)
        }
    }
}

impl Ramp {
    const START: Self = Self { window: 1, failed_in_a_row: 0, takes: 0 };

    pub(super) const fn window(self) -> u32 {
        self.window
    }

    /// The time that a call has to have left to be worth an attempt. The other side is not yet what
    /// it was, so it is twice what a success takes at present: work for somebody who is gone by
    /// then would be missing for the others.
    pub(super) const fn needs(self) -> u64 {
        self.takes.saturating_mul(2)
    }

    /// Takes a success into account that took `took` where `healthy` is what is usual.
    const fn succeed(&mut self, took: u64, healthy: u64) {
        self.failed_in_a_row = 0;
        self.takes = if self.takes == 0 { took } else { self.takes - self.takes / 4 + took / 4 };
        if healthy == 0 || took / 2 < healthy {
            self.window = self.window.saturating_add(1);
        } else if took / 3 > healthy && self.window > 1 {
            self.window -= 1;
        }
    }

    /// Whether that was one failure too many.
    fn fail(&mut self) -> bool {
        self.failed_in_a_row += 1;
        self.window = (self.window / 2).max(1);
        self.failed_in_a_row >= RAMP_FAILURES
    }
}

impl Breaker {
    /// Takes the outcome of an attempt that had a lease.
    pub(super) fn settle_lease(&self, pass: Pass, outcome: Outcome, now: u64) -> Option<Effects> {
        let slow = self.is_slow(took(pass, now));
        let kind = kind_of(outcome).or(slow.then_some(ErrorKind::Timeout));
        self.end_lease(pass, Answer { sign: self.sign(outcome), slow, kind }, now)
    }

    /// An attempt that had a lease is slow, however it ends: that is its outcome.
    pub(super) fn overdue_lease(&self, pass: Pass, now: u64) -> Option<Effects> {
        let in_ramp = self.state() == CircuitState::Ramping;
        let sign = if in_ramp { Sign::Bad } else { Sign::Alive };
        self.end_lease(pass, Answer { sign, slow: true, kind: Some(ErrorKind::Timeout) }, now)
    }

    fn end_lease(&self, pass: Pass, answer: Answer, now: u64) -> Option<Effects> {
        self.locked(|room| {
            room.leases.expire(now);
            if !room.leases.take_back(pass.0 >> 8) {
                return None;
            }
            let mut effects = Effects::default();
            if answer.sign != Sign::Nothing {
                let verdict = self.weigh(&mut room.phase, answer, took(pass, now));
                match verdict {
                    None => {}
                    Some(true) => self.recover(room, &mut effects, Some(now)),
                    Some(false) => {
                        room.growth.fail();
                        // A probe that hung was a gap by itself.
                        let since = if self.tuning.parks() { pass.1 } else { now };
                        self.open(room, answer.kind, (since, now), &mut effects);
                    }
                }
            }
            self.release(room, now, &mut effects);
            self.keep_time(room, None, &mut effects);
            Some(effects)
        })
    }

    /// Whether the other side is up, once the answer makes that certain.
    fn weigh(&self, phase: &mut Phase, answer: Answer, took: u64) -> Option<bool> {
        match phase {
            Phase::Trial(trial) => {
                trial.settled += 1;
                trial.failed += u32::from(answer.sign == Sign::Bad);
                trial.slow += u32::from(answer.slow);
                trial.verdict(&self.tuning.load())
            }
            Phase::Ramp(ramp) if answer.sign == Sign::Bad => ramp.fail().then_some(false),
            Phase::Ramp(ramp) => {
                if answer.sign == Sign::Good {
                    ramp.succeed(took, self.healthy.load(Ordering::Relaxed));
                }
                None
            }
            Phase::Calm | Phase::Open { .. } => None,
        }
    }

    /// The other side is up: closes, or where callers wait, begins to let them in.
    pub(super) fn recover(&self, room: &mut Room, effects: &mut Effects, now: Option<u64>) {
        if room.queue.waiting() > 0 {
            room.phase = Phase::Ramp(Ramp::START);
            self.turn(room, CircuitState::Ramping, effects);
        } else {
            self.close(room, effects, now);
        }
    }

    pub(super) fn close(&self, room: &mut Room, effects: &mut Effects, now: Option<u64>) {
        room.growth.close(now);
        self.turn(room, CircuitState::Closed, effects);
    }

    /// The wait is over: half-open.
    pub(super) fn try_again(&self, room: &mut Room, effects: &mut Effects) {
        room.phase = Phase::Trial(Trial::default());
        self.turn(room, CircuitState::HalfOpen, effects);
    }
}
