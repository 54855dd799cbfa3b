//! Another policy for a breaker that is in use.
//!
//! Everybody who waits, holds a lease or runs goes on with the same breaker, so nothing is made
//! anew: the window takes another form and keeps the parts that it has seen, and the state stays.
//! What was promised for longer than the new policy would promise it ends as the new one says.

use crate::machines::sync::Ordering;
use crate::values::breaker_policy::{BreakerPolicy, WindowUnit};

use super::Breaker;
use super::effects::Effects;
use super::recovery::Phase;
use super::room::Room;
use super::window::{Memory, size_of};

impl Breaker {
    /// Takes this policy from here on. The state stays, unless the answers of the probes are enough
    /// under the new one.
    pub(crate) fn set_policy(&self, policy: &BreakerPolicy, now: u64) -> Effects {
        let mut effects = Effects::default();
        self.locked(|room| {
            if self.memory.retune(&self.tuning.load(), policy, now) {
                room.forget_places();
            }
            self.tuning.store(policy);
            room.retuned = true;
            room.leases.shorten(now.saturating_add(policy.lease));
            match &mut room.phase {
                Phase::Open { until } => {
                    let longest = room.growth.shorten(policy, now);
                    *until = (*until).min(now.saturating_add(longest));
                }
                Phase::Trial(trial) => {
                    let verdict = trial.verdict(policy);
                    self.retry_verdict(room, verdict, now, &mut effects);
                }
                Phase::Ramp(_) | Phase::Calm => {}
            }
            // What is due may be due sooner; who is woken comes with the time.
            self.keep_time(room, None, &mut effects);
        });
        effects
    }

    /// The probes that have answered may be all that the new policy asks for: no other would then
    /// ever be sent to say so.
    fn retry_verdict(
        &self,
        room: &mut Room,
        verdict: Option<bool>,
        now: u64,
        effects: &mut Effects,
    ) {
        match verdict {
            None => {}
            Some(true) => self.recover(room, effects, Some(now)),
            Some(false) => {
                room.growth.fail();
                let cause = room.cause.take();
                self.open(room, None, (now, now), effects);
                room.cause = cause;
            }
        }
    }
}

impl Memory {
    /// Takes another form where the policy asks for one, with the same parts of failures and of slow
    /// calls. Whether it did.
    fn retune(&self, before: &BreakerPolicy, after: &BreakerPolicy, now: u64) -> bool {
        let kept = self.counts(before.window_unit, now);
        let reshaped = (before.window_unit, before.window) != (after.window_unit, after.window);
        self.prepare(after);
        if before.consecutive_failures == 0 || after.consecutive_failures == 0 {
            self.streak.store(0, Ordering::Relaxed);
        }
        let mut kept = kept;
        if after.slow_call == 0 || before.slow_call == 0 {
            kept.slow = 0;
            self.forget_slowness();
        }
        match after.window_unit {
            WindowUnit::Nothing => {}
            WindowUnit::Calls => {
                if reshaped {
                    self.ring.reshape(size_of(after), kept, self.slow_bits());
                }
                self.ring.expect(after.min_calls);
            }
            WindowUnit::Nanos => {
                if let Some(buckets) = self.buckets().filter(|_| reshaped) {
                    buckets.reshape(after.window, kept, now);
                }
            }
        }
        reshaped
    }

    fn forget_slowness(&self) {
        if let Some(bits) = self.slow_bits() {
            bits.clear();
        }
        if let Some(buckets) = self.buckets() {
            buckets.clear_slow();
        }
    }

    /// Corrects the counts by what was recorded while the window changed.
    pub(super) fn sweep(&self) {
        self.ring.sweep(self.slow_bits());
    }
}
