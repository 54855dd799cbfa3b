//! What the gates promise, world by world: the bounds that a change of a default has to keep.
//!
//! A load is over the normal one, of which the worst second of a minute is about 1.4 by chance.

use std::time::Duration;

use retry_lab::{
    Lineup, Report, Scenario, contention, fleet, independent, limited, reconnect, refused,
    refused_one_layer, shard, slow, spike, stalled,
};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn standard(scenario: &Scenario) -> Report {
    scenario.play(&Lineup::standard())
}

#[track_caller]
fn recovers_within(limit: Duration, report: &Report) {
    assert!(report.recovery().is_some_and(|recovery| recovery <= limit), "{report}");
}

#[test]
fn a_refusal_of_two_seconds_costs_hardly_a_call() {
    let report = standard(&refused(secs(2)));
    assert!(report.worst_load() <= 2.5, "{report}");
    assert!(report.success() >= 0.99, "{report}");
    recovers_within(secs(0), &report);
}

#[test]
fn a_stall_of_ten_seconds_is_over_five_seconds_after_it() {
    for layers in [1, 3] {
        let report = standard(&stalled().with_layers(layers));
        assert!(report.worst_load() <= 2.5, "{report}");
        recovers_within(secs(5), &report);
    }
}

#[test]
fn a_server_that_was_slow_is_well_at_once() {
    let report = standard(&slow());
    assert!(report.worst_load() <= 2.5, "{report}");
    recovers_within(secs(1), &report);
}

#[test]
fn retries_still_do_what_they_are_for() {
    let report = standard(&independent(0.3));
    assert!(report.success() >= 0.98 && report.cost() <= 0.055, "{report}");
    for probability in [0.05, 0.1] {
        let report = standard(&independent(probability));
        assert!(report.success() >= 0.999, "{report}");
    }
}

#[test]
fn what_is_down_for_good_is_left_alone() {
    let report = standard(&independent(1.0));
    assert!(report.mean_load() <= 0.5, "{report}");
    // Where no process sees much of it, and each has to find out for itself.
    let report = standard(&fleet());
    assert!(report.mean_load() <= 0.8, "{report}");
}

#[test]
fn a_spike_is_spread_over_time() {
    let report = standard(&spike());
    assert!(report.success() >= 0.9, "{report}");
}

#[test]
fn who_is_asked_to_come_back_later_does() {
    let report = standard(&limited());
    assert!(report.success() >= 0.99, "{report}");
    assert!(report.rejections_per_success() <= 0.5, "{report}");
}

#[test]
fn a_bad_shard_harms_no_other_and_is_back_after_its_repair() {
    let report = standard(&shard(0.3).with_handle_per_key());
    assert!(report.spared_success() >= 0.999, "{report}");
    assert!(report.attempts_per_hit_call() <= 0.5, "{report}");
    assert!(report.hit_success_after() >= 0.999, "{report}");
    recovers_within(secs(1), &report);
}

#[test]
fn a_thousand_clients_come_back_one_after_the_other() {
    let [report, oracle] = [Lineup::standard(), Lineup::oracle()].map(|l| reconnect().play(&l));
    assert!(report.completion() <= oracle.completion().mul_f64(1.35), "{report}{oracle}");
    assert!(report.worst_burst() <= 2.5, "{report}");
}

#[test]
fn a_refusal_of_half_a_minute_is_over_soon_after_it() {
    let one_layer = [10, 1].map(|each| refused_one_layer(secs(30), each));
    for scenario in one_layer.iter().chain([&refused(secs(30))]) {
        recovers_within(secs(5), &standard(scenario));
    }
}

#[test]
fn a_conflict_does_not_open_a_circuit() {
    let [standard, backoff] =
        [Lineup::standard(), Lineup::backoff()].map(|l| contention(190).play(&l));
    assert!(standard.completion() <= backoff.completion().mul_f64(1.1), "{standard}{backoff}");
}

#[test]
fn a_budget_alone_hardly_adds_to_an_outage() {
    for each in [10, 1] {
        let report = refused_one_layer(secs(30), each).play(&Lineup::budget());
        assert!(report.mean_load() <= 1.1, "{report}");
    }
}

#[test]
fn with_a_budget_alone_a_server_that_is_back_recovers() {
    let stalls = [stalled(), stalled().with_layers(1)];
    let refusals = [refused(secs(2)), refused(secs(30))];
    let one_layer = [10, 1].map(|each| refused_one_layer(secs(30), each));
    for scenario in stalls.iter().chain(&refusals).chain(&one_layer).chain([&slow(), &spike()]) {
        let report = scenario.clone().with_seeds(3).play(&Lineup::budget());
        assert!(report.worst_load() <= 3.5, "{report}");
        assert!(report.recoveries().iter().all(Option::is_some), "{report}");
    }
}

/// What the others are measured against: these worlds do kill.
#[test]
fn without_gates_they_do_not_recover() {
    for scenario in [refused(secs(2)), stalled(), stalled().with_layers(1), slow()] {
        let report = scenario.with_seeds(3).play(&Lineup::backoff());
        assert_eq!(report.recovery(), None, "{report}");
    }
}
