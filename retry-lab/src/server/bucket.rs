//! A server that throttles.
//!
//! A token bucket that answers everyone beyond it with 429 and a `Retry-After` in whole seconds,
//! rounded up as the header wants it: at 25 tokens a second everybody is told to come back in one,
//! however many there are.

use std::time::Duration;

use crate::chance::Chance;
use crate::failure::Failure;
use crate::server::{Ask, Reply, Server};

/// A token bucket in front of unlimited capacity.
#[derive(Debug)]
pub(crate) struct Bucket {
    rate: f64,
    burst: f64,
    tokens: f64,
    filled: Duration,
    round_trip: f64,
    chance: Chance,
}

impl Bucket {
    /// `rate` requests a second, `burst` at once, and a round trip of Exp(`round_trip`).
    pub(crate) const fn new(rate: f64, burst: f64, round_trip: f64, chance: Chance) -> Self {
        Self { rate, burst, tokens: burst, filled: Duration::ZERO, round_trip, chance }
    }

    fn take(&mut self, now: Duration) -> Result<(), Failure> {
        let gained = now.saturating_sub(self.filled).as_secs_f64() * self.rate;
        self.tokens = (self.tokens + gained).min(self.burst);
        self.filled = self.filled.max(now);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        let next = Duration::from_secs_f64((1.0 - self.tokens) / self.rate);
        let whole = next.as_secs() + u64::from(next.subsec_nanos() > 0);
        Err(Failure::Throttled { after: Some(Duration::from_secs(whole)) })
    }
}

impl Server for Bucket {
    /// The whole round trip is the way back: the order of requests is that of their sending.
    fn offer(&mut self, ask: Ask) -> Reply {
        let at = ask.sent + self.chance.exponential(self.round_trip);
        Reply { at, result: self.take(ask.sent), work: Duration::ZERO }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_gets_the_rate_and_the_burst_and_no_more() {
        let mut bucket = Bucket::new(25.0, 25.0, 0.02, Chance::new(1, 0));
        let ask = |n: u64| Ask { sent: Duration::from_millis(n), ..Ask::default() };
        let passed = (0..60_000).filter(|n| bucket.offer(ask(*n)).result.is_ok()).count();
        assert!((1_520..=1_525).contains(&passed), "{passed}");
    }

    #[test]
    fn the_wait_is_in_whole_seconds_rounded_up() {
        let mut bucket = Bucket::new(0.4, 1.0, 0.02, Chance::new(1, 0));
        assert_eq!(bucket.offer(Ask::default()).result, Ok(()));
        let after = Some(Duration::from_secs(3));
        assert_eq!(bucket.offer(Ask::default()).result, Err(Failure::Throttled { after }));
    }
}
