//! The delays between attempts, case by case: what a schedule must never do.

use std::collections::HashSet;
use std::time::Duration;

use retry_core::{Attempt, Jitter, ManualClock, Retry, RetryPolicy, Session, Strategy, Time};

const SPREADS: [Jitter; 4] =
    [Jitter::Full, Jitter::Equal, Jitter::Decorrelated, Jitter::Ratio(0.1)];

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A policy from whole milliseconds, with as many attempts as its test wants delays, and one.
fn policy(strategy: Strategy, (initial, cap): (u64, u64), jitter: Jitter) -> RetryPolicy {
    RetryPolicy::builder()
        .max_attempts(6)
        .strategy(strategy)
        .initial_delay(millis(initial))
        .max_delay(millis(cap))
        .jitter(jitter)
        .build()
        .unwrap()
}

fn in_millis(policy: &RetryPolicy) -> Vec<u128> {
    policy.delays(0).map(|delay| delay.as_millis()).collect()
}

/// A call of `retry` that fails at every attempt: its delays.
fn failing_call(retry: &Retry, clock: &ManualClock) -> Vec<Duration> {
    let before = clock.waits().len();
    retry.run_blocking(|| Err::<(), _>("down")).unwrap_err();
    clock.waits().split_off(before)
}

#[test]
fn the_first_delay_is_capped_too() {
    fn long(_: &Attempt) -> Duration {
        millis(500)
    }
    let custom = policy(Strategy::Custom(long), (0, 100), Jitter::None);
    assert_eq!(in_millis(&custom), [100; 5]);
    let fibonacci = policy(Strategy::Fibonacci, (50, 60), Jitter::None);
    assert_eq!(in_millis(&fibonacci), [50, 50, 60, 60, 60]);
    let at_cap = policy(Strategy::Exponential, (60, 60), Jitter::None);
    assert_eq!(in_millis(&at_cap), [60; 5]);
}

#[test]
fn the_initial_delay_is_a_length_and_not_a_base_to_raise() {
    let doubling = policy(Strategy::Exponential, (500, 60_000), Jitter::None);
    assert_eq!(in_millis(&doubling), [500, 1_000, 2_000, 4_000, 8_000]);
    let tripling = policy(Strategy::Exponential, (10, 60_000), Jitter::None).with_multiplier(3.0);
    assert_eq!(in_millis(&tripling), [10, 30, 90, 270, 810]);
}

#[test]
fn linear_growth_starts_at_the_initial_delay_and_adds_it_each_time() {
    let linear = policy(Strategy::Linear, (50, 220), Jitter::None);
    assert_eq!(in_millis(&linear), [50, 100, 150, 200, 220]);
}

#[test]
fn growth_past_every_integer_stays_at_the_cap_and_ends_no_call_early() {
    for strategy in [Strategy::Exponential, Strategy::Linear, Strategy::Fibonacci] {
        for cap in [millis(1), Duration::from_nanos(u64::MAX)] {
            let policy = RetryPolicy::builder()
                .max_attempts(100_001)
                .strategy(strategy)
                .initial_delay(cap / 1_000)
                .max_delay(cap)
                .jitter(Jitter::None)
                .build()
                .unwrap();
            let delays: Vec<_> = policy.delays(0).collect();
            assert_eq!(delays.len(), 100_000, "{strategy:?}");
            assert!(delays.is_sorted(), "{strategy:?} shrinks");
            assert!(
                delays[1_001..].iter().all(|&delay| delay == cap),
                "{strategy:?} under {cap:?}"
            );
        }
    }
}

#[test]
fn factors_that_are_no_growth_are_refused() {
    for factor in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -2.0, -1.0, -0.0, 0.0, 0.999] {
        let built = RetryPolicy::builder().multiplier(factor).build();
        assert!(built.is_err(), "multiplier {factor}");
    }
    for ratio in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, -f64::EPSILON, 1.01] {
        let built = RetryPolicy::builder().jitter(Jitter::Ratio(ratio)).build();
        assert!(built.is_err(), "ratio {ratio}");
    }
}

#[test]
fn an_empty_range_is_drawn_from_without_a_panic() {
    for strategy in [Strategy::Fixed, Strategy::Exponential, Strategy::Linear, Strategy::Fibonacci]
    {
        for jitter in SPREADS {
            assert_eq!(in_millis(&policy(strategy, (0, 0), jitter)), [0; 5]);
            assert_eq!(in_millis(&policy(strategy, (0, 100), jitter)), [0; 5]);
        }
    }
    assert_eq!(in_millis(&policy(Strategy::Random, (70, 70), Jitter::None)), [70; 5]);
    assert_eq!(in_millis(&policy(Strategy::Random, (0, 0), Jitter::None)), [0; 5]);
    assert_eq!(in_millis(&policy(Strategy::Fixed, (70, 70), Jitter::Decorrelated)), [70; 5]);
}

#[test]
fn each_call_of_a_handle_and_of_its_clones_draws_its_own_jitter() {
    let policy = policy(Strategy::Fixed, (30_000, 30_000), Jitter::Full);
    for seed in [None, Some(7)] {
        let clock = ManualClock::new();
        let retry = Retry::new(policy).without_budget().with_clock(clock.clone());
        let retry = seed.map_or(retry.clone(), |seed| retry.with_seed(seed));
        let clone = retry.clone();
        let calls: HashSet<_> = [&retry, &retry, &clone, &clone, &retry.clone()]
            .map(|handle| failing_call(handle, &clock))
            .into();
        assert_eq!(calls.len(), 5, "seed {seed:?}: {calls:?}");
    }
}

#[test]
fn each_delay_of_a_call_is_drawn_anew() {
    for jitter in SPREADS {
        let policy = policy(Strategy::Fixed, (10_000, 30_000), jitter);
        let clock = ManualClock::new();
        let retry = Retry::new(policy).with_clock(clock.clone());
        for delays in [policy.delays(3).collect(), failing_call(&retry, &clock)] {
            let distinct: HashSet<_> = delays.iter().collect();
            assert_eq!(distinct.len(), 5, "{jitter:?}: {delays:?}");
        }
    }
}

#[test]
fn a_clone_of_a_used_handle_starts_at_the_first_delay() {
    let clock = ManualClock::new();
    let policy = policy(Strategy::Exponential, (100, 30_000), Jitter::None);
    let retry = Retry::new(policy).without_budget().with_clock(clock.clone());
    let first = failing_call(&retry, &clock);
    assert_eq!(first, policy.delays(0).collect::<Vec<_>>());
    assert_eq!(failing_call(&retry.clone(), &clock), first);
    assert_eq!(failing_call(&retry, &clock), first);
}

#[test]
fn lengths_below_a_millisecond_and_between_seconds_are_kept_to_the_nanosecond() {
    for nanos in [1, 333, 1_500_000, 999_999_999, 1_000_000_001] {
        let initial = Duration::from_nanos(nanos);
        let clock = ManualClock::new();
        let policy = RetryPolicy::new().with_initial_delay(initial).with_jitter(Jitter::None);
        let retry = Retry::new(policy).with_clock(clock.clone());
        assert_eq!(failing_call(&retry, &clock), [initial, 2 * initial]);
    }
}

#[test]
fn whole_seconds_are_spread_like_any_other_length() {
    for jitter in SPREADS {
        let policy = policy(Strategy::Fixed, (5_000, 20_000), jitter);
        let uneven = policy.delays(1).filter(|delay| delay.subsec_nanos() % 1_000 != 0).count();
        assert!(uneven >= 4, "{jitter:?} draws whole units");
    }
}

#[test]
fn a_ratio_spreads_evenly_to_both_sides() {
    let policy = policy(Strategy::Fixed, (1_000, 30_000), Jitter::Ratio(0.5));
    let attempt = Session::new().describe(&policy, Time::default());
    let mut quarters = [0_u32; 4];
    for draw in 0..1_000 {
        let delay = policy.delay_after(&attempt, draw * (u64::MAX / 1_000));
        let above = delay.abs_diff(millis(500)).as_nanos();
        quarters[usize::try_from(above * 4 / 1_000_000_001).unwrap()] += 1;
    }
    assert!(quarters.iter().all(|count| (249..=251).contains(count)), "{quarters:?}");
}

#[test]
fn a_spread_of_a_few_nanoseconds_reaches_every_one_of_them() {
    let seven = RetryPolicy::new()
        .with_strategy(Strategy::Fixed)
        .with_initial_delay(Duration::from_nanos(7))
        .with_max_attempts(1_000);
    let reached = |jitter| {
        let mut delays: Vec<_> =
            seven.with_jitter(jitter).delays(1).map(|delay| delay.as_nanos()).collect();
        delays.sort_unstable();
        delays.dedup();
        delays
    };
    assert_eq!(reached(Jitter::Full), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(reached(Jitter::Equal), [3, 4, 5, 6, 7]);
    assert_eq!(reached(Jitter::Ratio(0.5)), [4, 5, 6, 7, 8, 9, 10]);
}

#[test]
fn the_same_seed_gives_the_same_schedule_and_every_reading_starts_anew() {
    for jitter in SPREADS {
        let policy = policy(Strategy::Exponential, (1_000, 30_000), jitter);
        let first: Vec<_> = policy.delays(42).collect();
        let mut begun = policy.delays(42);
        assert_eq!(begun.next(), Some(first[0]));
        assert_eq!(policy.delays(42).collect::<Vec<_>>(), first);
        assert_ne!(policy.delays(43).collect::<Vec<_>>(), first);
    }
}

#[test]
fn a_seeded_handle_gives_the_same_calls_in_every_run() {
    let calls = |seed| {
        let clock = ManualClock::new();
        let policy = policy(Strategy::Exponential, (1_000, 30_000), Jitter::Full);
        let retry = Retry::new(policy).with_clock(clock.clone()).with_seed(seed);
        [failing_call(&retry, &clock), failing_call(&retry.clone(), &clock)]
    };
    assert_eq!(calls(42), calls(42));
    assert_ne!(calls(42), calls(43));
}

#[tokio::test(start_paused = true)]
async fn the_delays_of_a_call_on_tokio_are_those_of_its_schedule() {
    let policy = policy(Strategy::Fibonacci, (100, 30_000), Jitter::None);
    let retry = Retry::new(policy);
    let start = tokio::time::Instant::now();
    let mut starts = Vec::new();
    let operation = || {
        starts.push(start.elapsed().as_millis());
        async { Err::<(), _>("down") }
    };
    let error = retry.run(operation).await.unwrap_err();
    assert_eq!(starts, [0, 100, 200, 400, 700, 1_200]);
    assert_eq!(error.elapsed(), policy.delays(0).sum());
}
