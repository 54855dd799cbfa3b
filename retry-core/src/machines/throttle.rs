//! A client that rejects its own requests when the other side accepts too few of them.
//!
//! Saying no costs an overloaded server almost as much as saying yes. So the client says it, to as
//! many requests as it takes for the server to see at most K times what it accepts:
//!
//! > p = max(0, (requests − K × accepts) / (requests + 1))
//!
//! over the recent past ("Site Reliability Engineering", chapter 21, "Handling Overload"). What
//! was rejected here counts as a request too, so that the rejections go on while the overload does.
//! The one in the divisor keeps the probability below 1: some requests always go out, and show when
//! it is over.

use crate::machines::rng;
use crate::machines::sliding::Sliding;
use crate::machines::sync::{AtomicU64, Ordering, const_unless_loom};
use crate::values::kind::ErrorKind;
use crate::values::nanos;
use crate::values::throttle_policy::ThrottlePolicy;

const SLOTS: usize = 30;

/// One request, and one that was accepted, in a word of the window.
const REQUEST: u64 = 1 << 32;
const ACCEPTED: u64 = REQUEST + 1;

#[derive(Debug)]
pub(crate) struct ThrottleMachine {
    multiplier: f64,
    window: Sliding<SLOTS>,
    seed: u64,
    draws: AtomicU64,
}

impl ThrottleMachine {
    const_unless_loom! {
        pub(crate) fn new(policy: ThrottlePolicy, seed: u64) -> Self {
            let window = Sliding::new(nanos::saturating(policy.window));
            Self { multiplier: policy.multiplier, window, seed, draws: AtomicU64::new(0) }
        }
    }

    /// Whether a request may go; one that may not is counted here.
    pub(crate) fn admit(&self, now: u64) -> bool {
        let probability = self.probability(now);
        if probability <= 0.0 {
            return true;
        }
        let number = self.draws.fetch_add(1, Ordering::Relaxed);
        // The upper 53 bits: an even draw from `0.0..1.0`.
        let draw =
            nanos::to_f64(rng::seed_of_call(self.seed, number) >> 11) / nanos::to_f64(1 << 53);
        let rejected = draw < probability;
        if rejected {
            self.window.add(REQUEST, now);
        }
        !rejected
    }

    /// A request that went has ended: as a success, or as a failure of this kind.
    pub(crate) fn ended(&self, failure: Option<ErrorKind>, now: u64) {
        let accepted = !failure.is_some_and(is_overload);
        self.window.add(if accepted { ACCEPTED } else { REQUEST }, now);
    }

    /// The probability of a rejection.
    pub(crate) fn probability(&self, now: u64) -> f64 {
        let (requests, accepts) = self.counts(now);
        let (requests, accepts) = (f64::from(requests), f64::from(accepts));
        ((requests - self.multiplier * accepts) / (requests + 1.0)).max(0.0)
    }

    /// The requests and the accepted ones of the window.
    #[allow(clippy::cast_possible_truncation)] // each is one half
    pub(crate) fn counts(&self, now: u64) -> (u32, u32) {
        let total = self.window.total(now);
        ((total >> 32) as u32, total as u32)
    }
}

/// Whether a failure of this kind says that the other side did not take the request. An error that
/// does not say what it is says nothing about load.
const fn is_overload(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::RateLimit
            | ErrorKind::Timeout
            | ErrorKind::Server
            | ErrorKind::Network
            | ErrorKind::Transient
    )
}

#[cfg(all(test, not(retry_loom)))]
mod tests {
    use super::*;

    const SECOND: u64 = nanos::PER_SECOND;

    #[test]
    fn the_probability_is_the_published_one() {
        // Requests, accepts, K, probability.
        let table = [
            (0, 0, 2.0, 0.0),
            (10, 10, 2.0, 0.0),
            (10, 5, 2.0, 0.0),
            (9, 0, 2.0, 0.9),
            (99, 25, 2.0, 0.49),
            (99, 90, 1.1, 0.0),
            (99, 50, 1.0, 0.49),
        ];
        for (requests, accepts, multiplier, probability) in table {
            let policy = ThrottlePolicy::new().with_multiplier(multiplier);
            let throttle = ThrottleMachine::new(policy, 0);
            (0..accepts).for_each(|_| throttle.ended(None, 0));
            (accepts..requests).for_each(|_| throttle.ended(Some(ErrorKind::Server), 0));
            assert!((throttle.probability(0) - probability).abs() < 1e-12, "{requests} {accepts}");
        }
    }

    #[test]
    fn what_was_two_minutes_ago_is_forgotten() {
        let throttle = ThrottleMachine::new(ThrottlePolicy::new(), 0);
        (0..99).for_each(|_| throttle.ended(Some(ErrorKind::Timeout), 0));
        assert_eq!(throttle.counts(119 * SECOND), (99, 0));
        assert_eq!(throttle.counts(120 * SECOND), (0, 0));
    }

    #[test]
    fn in_a_full_outage_one_request_in_a_hundred_goes_and_the_same_ones_each_run() {
        let run = |seed| {
            let throttle = ThrottleMachine::new(ThrottlePolicy::new(), seed);
            let went: Vec<bool> = (0..1000)
                .map(|_| {
                    let goes = throttle.admit(0);
                    if goes {
                        throttle.ended(Some(ErrorKind::Server), 0);
                    }
                    goes
                })
                .collect();
            went
        };
        let went = run(7).iter().filter(|goes| **goes).count();
        assert!((2..20).contains(&went), "{went}");
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
    }
}
