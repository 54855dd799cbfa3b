//! The random bits of one call.
//!
//! Jitter needs bits that are spread well and cost little, not bits that nobody can guess. A
//! `SplitMix64` (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014) is
//! eight bytes of state and a dozen instructions, so each call has a stream of its own, and the
//! schedule of any call can be had again from its seed.

/// A stream of random bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rng(u64);

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Rng {
    pub(crate) const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }
}

/// Draw number `n`, from 1, of the stream with this seed, without those before it.
pub(crate) const fn draw_at(seed: u64, n: u32) -> u64 {
    mix(seed.wrapping_add(GOLDEN.wrapping_mul(n as u64)))
}

/// The seed of call number `call` of a stream of calls: neighbours share no pattern.
pub(crate) const fn seed_of_call(seed: u64, call: u64) -> u64 {
    mix(seed ^ mix(call.wrapping_mul(GOLDEN)))
}

/// Spreads the bits of `z` over the whole word; no two words give the same.
pub(crate) const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        let mut rng = Rng::seeded(1_234_567);
        let drawn = [rng.draw(), rng.draw(), rng.draw()];
        assert_eq!(
            drawn,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
        assert_eq!(drawn, [1, 2, 3].map(|n| draw_at(1_234_567, n)));
    }

    #[test]
    fn draws_fill_their_range_evenly() {
        let mut rng = Rng::seeded(7);
        let mut buckets = [0_u32; 16];
        for _ in 0..16_000 {
            buckets[usize::try_from(rng.draw() >> 60).unwrap()] += 1;
        }
        assert!(buckets.iter().all(|count| (850..1_150).contains(count)), "{buckets:?}");
    }
}
