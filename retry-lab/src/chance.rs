//! Random numbers that are the same in every run.
//!
//! Each part of a world draws from a stream of its own: arrivals, service times, the network. So
//! the users of a seed call at the same instants whatever the policy, and two policies are compared
//! on the same storm and not on two storms.

use std::f64::consts::TAU;
use std::time::Duration;

/// A stream of random numbers (`SplitMix64`).
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// Stream number `stream` of the run with this seed.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut chance = Self(seed ^ stream.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        // Near seeds are far apart after one step.
        Self(chance.bits())
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in 0..1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in `low..high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// True with this probability.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// One of `0..count`.
    pub(crate) fn index(&mut self, count: u32) -> u32 {
        let wide = u128::from(self.bits()) * u128::from(count);
        u32::try_from(wide >> 64).unwrap_or(0)
    }

    /// Exponential with this mean, in seconds.
    pub(crate) fn exponential(&mut self, mean: f64) -> Duration {
        Duration::from_secs_f64(-mean * (1.0 - self.uniform()).ln())
    }

    /// The absolute value of a normal number, in seconds.
    pub(crate) fn folded_normal(&mut self, mean: f64, deviation: f64) -> Duration {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        let normal = radius * (TAU * self.uniform()).cos();
        Duration::from_secs_f64((mean + deviation * normal).abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: u32 = 200_000;

    fn mean(mut draw: impl FnMut(&mut Chance) -> f64) -> f64 {
        let mut chance = Chance::new(1, 1);
        (0..DRAWS).map(|_| draw(&mut chance)).sum::<f64>() / f64::from(DRAWS)
    }

    #[test]
    fn the_means_are_those_of_the_distributions() {
        assert!((mean(Chance::uniform) - 0.5).abs() < 0.005);
        assert!((mean(|c| c.exponential(2.0).as_secs_f64()) - 2.0).abs() < 0.02);
        assert!((mean(|c| c.folded_normal(10.0, 2.0).as_secs_f64()) - 10.0).abs() < 0.02);
        assert!((mean(|c| f64::from(c.index(10))) - 4.5).abs() < 0.03);
    }

    #[test]
    fn a_seed_has_many_streams_that_differ() {
        let first = |seed, stream| Chance::new(seed, stream).bits();
        assert_eq!(first(7, 0), first(7, 0));
        assert_ne!(first(7, 0), first(7, 1));
        assert_ne!(first(7, 0), first(8, 0));
    }
}
