//! A rate of calls that follows what the other side is willing to serve.
//!
//! A server that says "too many" is told nothing by backoff: each call waits for itself, and
//! together they are as many as before. This limit is off until the first throttle. Then the
//! measured rate × beta is the limit, and it grows as CUBIC does (RFC 9438, section 4.2; the
//! adaptive mode of the AWS SDKs has it in calls per second):
//!
//! > rate(t) = scale × (t − K)³ + `last_max`, K = ∛(`last_max` × (1 − beta) / scale)
//!
//! with `t` in seconds since the cut: fast at first, slow near the rate that was too much, and then
//! faster again. It is off again when it is past that rate, twice what is asked for, and nobody
//! waits.
//!
//! *One cut per burst.* A throttle cuts only if its attempt began after the last cut, and no sooner
//! than 500 ms after it: of a hundred calls in flight that are all refused, the first one counts.
//!
//! *The queue* is a count of slots. `position` grows by `rate` per second and stands still while a
//! hint holds everybody; the attempt with slot `n` may go when `position` has come to `n`. So a
//! changed rate, and a hint that comes later, hold for those who wait already.

use std::collections::BTreeSet;

use crate::values::nanos;
use crate::values::rate_limit_policy::RateLimitPolicy;

const BETWEEN_CUTS: u64 = nanos::PER_SECOND / 2;

/// A limit that is on.
#[derive(Clone, Debug)]
pub(crate) struct RateLimitMachine {
    policy: RateLimitPolicy,
    /// What takes its place as soon as somebody tells the time: what passed until then, passed at
    /// the old rate.
    next_policy: Option<RateLimitPolicy>,
    rate: f64,
    last_max: f64,
    /// When growth began: at the last cut, or at the end of the hold that came with it.
    grows_from: u64,
    cut_at: u64,
    /// Nobody goes before this time.
    held_until: u64,
    position: f64,
    /// Up to when `position` counts.
    counted_to: u64,
    next: u64,
    /// Slots that were given and left.
    free: BTreeSet<u64>,
    waiting: u32,
}

/// When a slot comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Now,
    /// In this many nanoseconds, as far as can be told now.
    In(u64),
}

impl RateLimitMachine {
    /// On since a throttle at `now`, when `measured` calls per second were made.
    pub(crate) fn new(policy: RateLimitPolicy, measured: f64, now: u64) -> Self {
        let mut new = Self {
            policy,
            next_policy: None,
            rate: measured,
            last_max: measured,
            grows_from: now,
            cut_at: 0,
            held_until: 0,
            position: 0.0,
            counted_to: now,
            next: 1,
            free: BTreeSet::new(),
            waiting: 0,
        };
        new.cut(measured, now);
        new
    }

    /// Goes by this policy from here on. The rate and all turns stay, but for a rate below the new
    /// least.
    pub(crate) fn set_policy(&mut self, policy: RateLimitPolicy) {
        self.next_policy = Some(policy);
    }

    pub(crate) fn rate(&self) -> f64 {
        self.next_policy.map_or(self.rate, |next| self.rate.max(next.min_rate))
    }

    pub(crate) fn held_until(&self) -> u64 {
        self.held_until
    }

    /// Another throttle. Whether it cut the rate: an attempt that began before the last cut
    /// (`stale`) does not.
    pub(crate) fn throttled(&mut self, stale: bool, measured: Option<f64>, now: u64) -> bool {
        self.count(now);
        let cuts = !stale && now.saturating_sub(self.cut_at) >= BETWEEN_CUTS;
        if cuts {
            // Less may have been asked for than was allowed: then that much was too much.
            self.cut(measured.map_or(self.rate, |measured| measured.min(self.rate)), now);
        }
        cuts
    }

    fn cut(&mut self, from: f64, now: u64) {
        self.last_max = from.max(self.policy.min_rate);
        self.rate = (from * self.policy.beta).max(self.policy.min_rate);
        self.cut_at = now;
        self.grows_from = now.max(self.held_until);
    }

    /// The other side asked everybody to stay away until then.
    pub(crate) fn hold(&mut self, until: u64, now: u64) {
        self.count(now);
        self.held_until = self.held_until.max(until);
        self.grows_from = self.grows_from.max(self.held_until);
    }

    /// An attempt succeeded, when `measured` calls per second were made. Whether the limit is off.
    pub(crate) fn succeeded(&mut self, measured: Option<f64>, now: u64) -> bool {
        self.count(now);
        let since = seconds(now.saturating_sub(self.grows_from));
        let grown = self.policy.scale * (since - self.inflection()).powi(3) + self.last_max;
        self.rate = grown.max(self.rate);
        let past_demand = measured.is_some_and(|measured| self.rate >= 2.0 * measured);
        past_demand && self.rate > self.last_max && self.waiting == 0 && now >= self.held_until
    }

    /// How many seconds after the cut the rate is what was too much.
    fn inflection(&self) -> f64 {
        (self.last_max * (1.0 - self.policy.beta) / self.policy.scale).cbrt()
    }

    /// Another policy, at `now`. Growth goes on from the present rate, as if the curve had always
    /// been the new one.
    fn adopt(&mut self, policy: RateLimitPolicy, now: u64) {
        self.policy = policy;
        self.rate = self.rate.max(policy.min_rate);
        if self.grows_from < now {
            let past = ((self.rate - self.last_max) / policy.scale).cbrt() + self.inflection();
            self.grows_from = now.saturating_sub(nanos::from_f64(past * 1e9));
        }
    }

    /// Whether an attempt may go at once; it takes the slot.
    pub(crate) fn go(&mut self, now: u64) -> bool {
        let slot = self.first_free(now);
        let goes = self.turn(slot, now) == Turn::Now;
        if goes {
            self.occupy(slot);
        }
        goes
    }

    /// How long an attempt that asks now would have to wait.
    pub(crate) fn wait(&mut self, now: u64) -> u64 {
        let slot = self.first_free(now);
        match self.turn(slot, now) {
            Turn::Now => 0,
            Turn::In(wait) => wait,
        }
    }

    /// Takes a slot for one who waits.
    pub(crate) fn queue(&mut self, now: u64) -> u64 {
        let slot = self.first_free(now);
        self.occupy(slot);
        self.waiting += 1;
        slot
    }

    /// Whether the slot of one who waits has come.
    pub(crate) fn turn(&mut self, slot: u64, now: u64) -> Turn {
        self.count(now);
        let missing = (nanos::to_f64(slot) - self.position).max(0.0) / self.rate;
        let held = self.held_until.saturating_sub(now);
        let wait = held.saturating_add(nanos::from_f64((missing * 1e9).ceil()));
        // A nanosecond is lost in the rounding of the position.
        if wait <= 1 { Turn::Now } else { Turn::In(wait) }
    }

    /// One who waited goes.
    pub(crate) fn went(&mut self) {
        self.waiting = self.waiting.saturating_sub(1);
    }

    /// One who waited goes away: the next who asks has the slot.
    pub(crate) fn leave(&mut self, slot: u64) {
        self.waiting = self.waiting.saturating_sub(1);
        self.free.insert(slot);
        while self.next > 1 && self.free.remove(&(self.next - 1)) {
            self.next -= 1;
        }
    }

    fn first_free(&mut self, now: u64) -> u64 {
        self.count(now);
        // What time has passed by is no longer a slot, but for the last: nobody who comes after a
        // pause may catch up on it.
        let passed = nanos::from_f64(self.position);
        self.free = self.free.split_off(&passed);
        self.free.first().copied().unwrap_or(self.next)
    }

    fn occupy(&mut self, slot: u64) {
        if !self.free.remove(&slot) {
            self.next = slot + 1;
        }
    }

    /// Counts the slots up to `now`; no more than the one that is next.
    fn count(&mut self, now: u64) {
        let from = self.counted_to.max(self.held_until.min(now));
        if now > from {
            self.position += self.rate * seconds(now - from);
            self.position = self.position.min(nanos::to_f64(self.next));
        }
        self.counted_to = self.counted_to.max(now);
        if let Some(policy) = self.next_policy.take() {
            self.adopt(policy, now);
        }
    }
}

fn seconds(nanos: u64) -> f64 {
    nanos::to_f64(nanos) / 1e9
}

#[cfg(all(test, not(retry_loom)))]
mod tests {
    use super::*;

    const SECOND: u64 = nanos::PER_SECOND;

    fn limit(measured: f64) -> RateLimitMachine {
        RateLimitMachine::new(RateLimitPolicy::new(), measured, 0)
    }

    #[test]
    fn a_cut_is_to_seven_tenths_and_growth_is_cubic() {
        let mut limit = limit(100.0);
        assert!((limit.rate() - 70.0).abs() < 1e-9);
        // K = cbrt(100 × 0.3 / 0.4) = 4.217 s: at half of it one eighth of the cut is missing.
        let k = 75_f64.cbrt();
        for (at, rate) in [(0.5, 100.0 - 30.0 / 8.0), (1.0, 100.0), (2.0, 130.0)] {
            limit.succeeded(None, nanos::from_f64(k * at * 1e9));
            assert!((limit.rate() - rate).abs() < 1e-3, "{at} K: {}", limit.rate());
        }
    }

    #[test]
    fn a_burst_of_throttles_cuts_once() {
        let mut limit = limit(100.0);
        assert!(!limit.throttled(false, None, SECOND / 10));
        assert!(!limit.throttled(true, None, SECOND), "it began before the cut");
        assert!(limit.throttled(false, None, SECOND));
        assert!((limit.rate() - 49.0).abs() < 1e-9);
        for second in 2..100 {
            limit.throttled(false, None, second * SECOND);
        }
        assert!((limit.rate() - 0.5).abs() < 1e-9, "not below the least");
    }

    #[test]
    fn slots_are_a_rate_apart_and_a_pause_saves_none_up() {
        let mut limit = limit(10.0 / 0.7);
        let turns: Vec<_> = (0..3).map(|_| limit.queue(0)).collect();
        assert_eq!(turns, [1, 2, 3]);
        for (slot, tenths) in turns.into_iter().zip(1..) {
            let due = tenths * SECOND / 10;
            assert!(matches!(limit.turn(slot, due - 1000), Turn::In(_)));
            assert_eq!(limit.turn(slot, due), Turn::Now);
            limit.went();
        }
        let went = (0..10).filter(|_| limit.go(60 * SECOND)).count();
        assert_eq!(went, 1);
    }

    #[test]
    fn a_slot_that_was_left_is_the_next_one_s() {
        let mut limit = limit(10.0);
        let slots: Vec<_> = (0..3).map(|_| limit.queue(0)).collect();
        limit.leave(slots[1]);
        assert_eq!(limit.queue(0), slots[1]);
        limit.leave(slots[2]);
        assert_eq!(limit.queue(0), slots[2]);
    }

    #[test]
    fn a_hint_holds_those_who_wait_already_and_then_they_go_one_by_one() {
        let mut limit = limit(10.0 / 0.7);
        let slots = [limit.queue(0), limit.queue(0)];
        limit.hold(30 * SECOND, 0);
        assert!(matches!(limit.turn(slots[0], 29 * SECOND), Turn::In(_)));
        assert_eq!(limit.turn(slots[0], 30 * SECOND + SECOND / 10), Turn::Now);
        assert!(matches!(limit.turn(slots[1], 30 * SECOND + SECOND / 10), Turn::In(_)));
        assert_eq!(limit.turn(slots[1], 30 * SECOND + SECOND / 5), Turn::Now);
    }

    #[test]
    fn another_policy_keeps_the_rate_and_the_turns() {
        let base = RateLimitPolicy::new();
        for policy in [base.with_scale(1000.0), base.with_scale(0.001), base.with_beta(0.1)] {
            let now = 1_000 * SECOND;
            let mut limit = RateLimitMachine::new(base, 100.0, now - 2 * SECOND);
            limit.succeeded(None, now);
            let (rate, slot) = (limit.rate(), limit.queue(now));
            limit.set_policy(policy);
            limit.succeeded(None, now);
            assert!((limit.rate() - rate).abs() < 1e-3, "{policy:?}: {} {rate}", limit.rate());
            assert_eq!(limit.turn(slot, now + SECOND), Turn::Now);
            limit.succeeded(None, now + 2 * SECOND);
            assert!(limit.rate() > rate, "{policy:?}: it grows by the new curve");
        }
    }

    #[test]
    fn the_next_cut_is_the_new_one() {
        let mut limit = limit(100.0);
        limit.set_policy(RateLimitPolicy::new().with_beta(0.5));
        assert!(limit.throttled(false, None, SECOND));
        assert!((limit.rate() - 35.0).abs() < 1e-9, "{}", limit.rate());
    }

    #[test]
    fn a_rate_below_the_new_least_is_that_from_now_on_and_not_from_the_last_look_on() {
        let mut limit = limit(1.0);
        let slots: Vec<_> = (0..50).map(|_| limit.queue(0)).collect();
        limit.set_policy(RateLimitPolicy::new().with_min_rate(10.0));
        assert!((limit.rate() - 10.0).abs() < 1e-9);
        let came = |limit: &mut RateLimitMachine, now: u64| {
            slots.iter().filter(|slot| limit.turn(**slot, now) == Turn::Now).count()
        };
        assert_eq!(came(&mut limit, 10 * SECOND), 7, "they passed at 0.7 per second");
        assert_eq!(came(&mut limit, 11 * SECOND), 17);
    }

    #[test]
    fn it_is_off_when_it_is_past_the_old_rate_and_twice_the_demand() {
        let mut limit = limit(10.0);
        assert!(!limit.succeeded(Some(1.0), SECOND), "not past the old rate");
        assert!(!limit.succeeded(Some(10.0), 3 * SECOND), "not past the demand");
        assert!(!limit.succeeded(None, 20 * SECOND), "nobody knows the demand");
        assert!(limit.succeeded(Some(10.0), 20 * SECOND));
    }
}
