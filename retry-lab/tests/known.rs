//! What is known of these worlds from elsewhere: from arithmetic, or from other simulations.

use std::time::Duration;

use retry_lab::{Lineup, independent, limited, refused, refused_one_layer, stalled, storms};

const TWO_SECONDS: Duration = Duration::from_secs(2);

#[test]
fn three_layers_with_backoff_never_recover_from_two_seconds() {
    let report = refused(TWO_SECONDS).with_seeds(2).play(&Lineup::backoff());
    assert_eq!(report.recovery(), None, "{report}");
    // Four attempts of four of four, in a second with a few calls more than on average.
    assert!((60.0..85.0).contains(&report.worst_load()), "{report}");
    assert!(report.wasted() > 0.9, "{report}");
}

#[test]
fn without_retries_there_is_one_attempt_per_call_in_every_storm() {
    for storm in storms() {
        let report = storm.with_seeds(1).play(&Lineup::no_retry());
        assert!((report.attempts_per_call() - 1.0).abs() < 0.001, "{report}");
    }
}

#[test]
fn without_retries_a_refused_second_is_lost_and_the_next_is_not() {
    let report = refused(TWO_SECONDS).with_seeds(2).play(&Lineup::no_retry());
    assert!(report.success_during() < 0.01, "{report}");
    assert!(report.success_after() > 0.999, "{report}");
    assert_eq!(report.recovery(), Some(Duration::ZERO), "{report}");
    assert!(report.wasted() < 0.001, "{report}");
}

#[test]
fn four_attempts_that_fail_by_chance_come_to_what_arithmetic_says() {
    let report = independent(0.3).with_seeds(1).play(&Lineup::backoff());
    assert!((report.success() - (1.0 - 0.3_f64.powi(4))).abs() < 0.002, "{report}");
    let attempts = 1.0 + 0.3 + 0.3_f64.powi(2) + 0.3_f64.powi(3);
    assert!((report.mean_load() - attempts).abs() < 0.02, "{report}");
}

#[test]
fn one_layer_recovers_from_a_refusal_and_not_from_a_stall() {
    let refusal = refused_one_layer(TWO_SECONDS, 14).with_seeds(1).play(&Lineup::backoff());
    assert!(refusal.recovery().is_some(), "{refusal}");
    let stall = stalled().with_layers(1).with_seeds(1).play(&Lineup::backoff());
    assert_eq!(stall.recovery(), None, "{stall}");
}

#[test]
fn four_attempts_heal_from_a_stall_only_below_a_quarter_of_the_capacity() {
    let stall = stalled().with_layers(1).with_seeds(1);
    let highest = stall.highest_that_heals(&Lineup::backoff());
    assert!(highest.is_some_and(|highest| (0.2..0.35).contains(&highest)), "{highest:?}");
}

#[test]
fn the_oracle_loses_no_call_and_never_asks_for_more_than_there_is() {
    let report = refused(TWO_SECONDS).with_seeds(2).play(&Lineup::oracle());
    assert!(report.success() > 0.999, "{report}");
    assert!(report.worst_load() < 1.5, "{report}");
}

#[test]
fn whatever_comes_a_bucket_gives_its_rate() {
    for lineup in [Lineup::no_retry(), Lineup::backoff(), Lineup::oracle()] {
        let report = limited().with_seeds(1).play(&lineup);
        assert!((0.97..1.03).contains(&(report.goodput() / 25.0)), "{report}");
    }
}
