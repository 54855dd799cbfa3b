//! The delays between attempts: their bounds, their spread, their growth, their seeds.

use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::Strategy as Generate;
use retry_core::{Attempt, ErrorKind, Jitter, RetryPolicy, Session, Step, Strategy, Time, Verdict};

const FAILED: Verdict = Verdict::Retry(ErrorKind::Unknown);

/// Attempts at which growth in 32, 64 or 80 bits, or in a float, comes to its end.
const BOUNDARIES: [u32; 16] =
    [1, 2, 31, 32, 33, 34, 63, 64, 65, 80, 93, 94, 1_023, 1_024, 1_025, 1_100];

fn endless(_: &Attempt) -> Duration {
    Duration::MAX
}

/// Every growth with every spread, over lengths of all magnitudes; zero and equal ends included.
fn policies() -> impl Generate<Value = RetryPolicy> {
    let nanos = || (any::<u64>(), 0..=64_u32).prop_map(|(bits, by)| bits.unbounded_shr(by));
    let growth = prop::sample::select(vec![
        Strategy::Fixed,
        Strategy::Exponential,
        Strategy::Linear,
        Strategy::Random,
        Strategy::Fibonacci,
        Strategy::Custom(endless),
    ]);
    let jitter = prop_oneof![
        Just(Jitter::None),
        Just(Jitter::Full),
        Just(Jitter::Equal),
        Just(Jitter::Decorrelated),
        (0.0..=1.0).prop_map(Jitter::Ratio),
    ];
    let multiplier = prop_oneof![1.0..4.0, Just(1.0), Just(2.0), Just(1e9), Just(f64::MAX)];
    (nanos(), nanos(), growth, jitter, multiplier).prop_map(|(a, b, growth, jitter, multiplier)| {
        let policy = RetryPolicy::builder()
            .max_attempts(u32::MAX)
            .initial_delay(Duration::from_nanos(a.min(b)))
            .max_delay(Duration::from_nanos(a.max(b)))
            .strategy(growth);
        let policy = match growth {
            Strategy::Random => policy,
            Strategy::Exponential => policy.jitter(jitter).multiplier(multiplier),
            _ => policy.jitter(jitter),
        };
        policy.build().unwrap()
    })
}

/// A policy without jitter, whose delays are its growth.
fn grown(strategy: Strategy, initial: u64, cap: u64) -> RetryPolicy {
    RetryPolicy::builder()
        .max_attempts(u32::MAX)
        .initial_delay(Duration::from_nanos(initial))
        .max_delay(Duration::from_nanos(cap))
        .strategy(strategy)
        .jitter(Jitter::None)
        .build()
        .unwrap()
}

/// The delay after each failed attempt up to `last`, in nanoseconds.
fn delays(policy: &RetryPolicy, seed: u64, last: u32) -> Vec<u64> {
    let delays = policy.delays(seed).take(usize::try_from(last).unwrap());
    delays.map(|delay| u64::try_from(delay.as_nanos()).unwrap()).collect()
}

fn after(delays: &[u64], attempt: u32) -> u64 {
    delays[usize::try_from(attempt).unwrap() - 1]
}

proptest! {
    #[test]
    fn no_delay_is_above_the_cap(policy in policies(), draws in prop::array::uniform4(any::<u64>())) {
        let mut session = Session::new();
        for number in 1..=1_100_usize {
            let attempt = session.describe(&policy, Time::default());
            for draw in [0, u64::MAX, draws[number % 4]] {
                prop_assert!(policy.delay_after(&attempt, draw) <= policy.max_delay());
            }
            match session.record(&policy, FAILED, Time::default(), draws[number % 4]) {
                Step::Wait(delay) => prop_assert!(delay <= policy.max_delay(), "after {number}"),
                step => prop_assert!(false, "attempt {number} ended the call: {step:?}"),
            }
        }
    }

    #[test]
    fn at_the_cap_other_draws_are_other_delays(
        policy in policies(), cap in 1_000..u64::MAX, ratio in 0.02..=1.0, seed in any::<u64>(),
    ) {
        prop_assume!(!matches!(policy.strategy(), Strategy::Fixed));
        // Without jitter, and with a ratio near zero, no spread is what was asked for.
        let jitter = match policy.jitter() {
            Jitter::None | Jitter::Ratio(_) => Jitter::Ratio(ratio),
            jitter => jitter,
        };
        let builder = policy.to_builder().initial_delay(Duration::from_nanos(cap / 4));
        let builder = builder.max_delay(Duration::from_nanos(cap));
        let policy = match policy.strategy() {
            Strategy::Random => builder.build(),
            Strategy::Exponential => builder.jitter(jitter).multiplier(2.0).build(),
            _ => builder.jitter(jitter).build(),
        };
        let policy = policy.unwrap();
        let mut session = Session::new();
        for number in 1..=1_100 {
            if number > 8 && BOUNDARIES.contains(&number) {
                let attempt = session.describe(&policy, Time::default());
                let draws = (0..8).map(|eighth| eighth * (u64::MAX / 8));
                let delays: Vec<_> = draws.map(|draw| policy.delay_after(&attempt, draw)).collect();
                prop_assert!(delays.windows(2).all(|pair| pair[0] < pair[1]), "{delays:?}");
            }
            session.record(&policy, FAILED, Time::default(), seed.rotate_left(number));
        }
    }

    #[test]
    fn growth_agrees_with_whole_numbers_of_any_size(
        a in any::<u64>(), b in any::<u64>(), by in 0..64_u32, sixteenths in 16..4_096_u32,
    ) {
        let (initial, cap) = ((a >> by).min(b), (a >> by).max(b));
        let last = *BOUNDARIES.last().unwrap();
        let fixed = delays(&grown(Strategy::Fixed, initial, cap), 0, last);
        let linear = delays(&grown(Strategy::Linear, initial, cap), 0, last);
        let fibonacci = delays(&grown(Strategy::Fibonacci, initial, cap), 0, last);
        let doubling = delays(&grown(Strategy::Exponential, initial, cap), 0, last);
        let multiplier = f64::from(sixteenths) / 16.0;
        let exponential = grown(Strategy::Exponential, initial, cap).with_multiplier(multiplier);
        let exponential = delays(&exponential, 0, last);
        for number in BOUNDARIES {
            prop_assert_eq!(after(&fixed, number), initial);
            prop_assert_eq!(after(&linear, number), model::linear(initial, number, cap));
            prop_assert_eq!(after(&fibonacci, number), model::fibonacci(initial, number, cap));
            prop_assert_eq!(after(&doubling, number), model::power(initial, 32, number, cap));
            let exact = model::power(initial, sixteenths, number, cap);
            // A float has 53 bits, and each of its products rounds.
            let tolerance = 1 + exact / 1_000_000_000_000;
            prop_assert!(after(&exponential, number).abs_diff(exact) <= tolerance, "{}", number);
        }
    }

    #[test]
    fn each_jitter_stays_in_its_range(
        cap in 1..1_000_000_000_u64, share in 0.0..=1.0, ratio in 0.0..=1.0, seed in any::<u64>(),
    ) {
        let base = grown(Strategy::Linear, model::share(cap, share), cap);
        let initial = base.initial_delay();
        for jitter in [Jitter::Full, Jitter::Equal, Jitter::Decorrelated, Jitter::Ratio(ratio)] {
            let mut previous = initial;
            let policy = base.with_jitter(jitter);
            for (delay, grown) in policy.delays(seed).zip(base.delays(0)).take(100) {
                let margin = grown.mul_f64(ratio) + Duration::from_nanos(1);
                let (low, high) = match jitter {
                    Jitter::Full => (Duration::ZERO, grown),
                    Jitter::Equal => (grown.saturating_sub(grown / 2 + Duration::from_nanos(1)), grown),
                    Jitter::Decorrelated => (initial, 3 * previous),
                    _ => (grown.saturating_sub(margin), grown + margin),
                };
                prop_assert!(low <= delay && delay <= high, "{jitter:?}: {delay:?} of {grown:?}");
                previous = delay;
            }
        }
    }
}

/// The growth of a delay, slow and obvious.
mod model {
    pub(crate) fn linear(initial: u64, number: u32, cap: u64) -> u64 {
        capped(u128::from(initial) * u128::from(number), cap)
    }

    pub(crate) fn fibonacci(initial: u64, number: u32, cap: u64) -> u64 {
        let (mut now, mut next) = (u128::from(initial), u128::from(initial));
        for _ in 1..number {
            (now, next) = (next, now.saturating_add(next));
        }
        capped(now, cap)
    }

    /// `initial × (sixteenths / 16)^(number − 1)`, rounded down, in 16-bit digits, least first.
    pub(crate) fn power(initial: u64, sixteenths: u32, number: u32, cap: u64) -> u64 {
        let mut digits: Vec<u32> = (0..4)
            .map(|place| u32::try_from((initial >> (16 * place)) & 0xffff).unwrap())
            .collect();
        for _ in 1..number {
            let mut carry = 0;
            for digit in &mut digits {
                let product = *digit * sixteenths + carry;
                (*digit, carry) = (product & 0xffff, product >> 16);
            }
            if carry > 0 {
                digits.push(carry);
            }
        }
        // Divided by 16 for each factor: four bits, a quarter of a digit.
        let quarters = usize::try_from(number - 1).unwrap();
        let whole = digits.iter().enumerate().skip(quarters / 4).rev();
        let shifted = whole.fold(0_u128, |sum, (_, digit)| {
            sum.saturating_mul(1 << 16).saturating_add(u128::from(*digit))
        });
        if shifted == u128::MAX { cap } else { capped(shifted >> (4 * (quarters % 4)), cap) }
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
    pub(crate) fn share(whole: u64, share: f64) -> u64 {
        (whole as f64 * share) as u64
    }

    fn capped(delay: u128, cap: u64) -> u64 {
        u64::try_from(delay).unwrap_or(u64::MAX).min(cap)
    }
}
