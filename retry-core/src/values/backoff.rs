//! How long to wait: growth, cap and spread in one place, for a policy and for each of its kinds.

use crate::values::attempt::Attempt;
use crate::values::jitter::{Jitter, Spread};
use crate::values::nanos;
use crate::values::strategy::{self, Strategy};

/// The delays of one schedule, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Backoff {
    pub(crate) strategy: Strategy,
    pub(crate) initial: u64,
    pub(crate) cap: u64,
    pub(crate) multiplier: f64,
    pub(crate) jitter: Jitter,
}

impl Backoff {
    /// The delay after `attempt`, whose number counts the failures that this schedule answers.
    pub(crate) fn delay_after(&self, attempt: &Attempt, draw: u64) -> u64 {
        let number = attempt.number;
        let grown = match self.strategy {
            Strategy::Fixed => self.initial,
            Strategy::Exponential => {
                strategy::exponential(self.initial, self.multiplier, number, self.cap)
            }
            Strategy::Linear => strategy::linear(self.initial, number, self.cap),
            Strategy::Random => return nanos::between(self.initial, self.cap, draw),
            Strategy::Fibonacci => strategy::fibonacci(self.initial, number, self.cap),
            Strategy::Custom(delay) => nanos::saturating(delay(attempt)).min(self.cap),
        };
        let previous =
            if number <= 1 { self.initial } else { nanos::saturating(attempt.previous_delay) };
        let spread = Spread { initial: self.initial, grown, previous, cap: self.cap };
        self.jitter.apply(spread, draw)
    }
}
