//! What holds in every world: a seed is one story, and no call is lost sight of.

use std::time::Duration;

use retry_core::{Retry, with_retry};
use retry_lab::{Failure, Lineup, Report, Scenario, Wire, picture, table};
use retry_lab::{
    contention, cut_off, independent, limited, reconnect, refused, shard, slow, spike, stalled,
};

/// One of each kind of world, with one seed.
fn worlds() -> Vec<Scenario> {
    let seconds = Duration::from_secs;
    let outages = [refused(seconds(2)).with_layers(2), stalled().with_layers(1), spike(), slow()];
    let herds = [contention(100), reconnect(), limited()];
    let all = outages.into_iter().chain(herds).chain([
        shard(0.3).with_handle_per_key(),
        cut_off(),
        independent(0.3),
    ]);
    all.map(|storm| storm.with_seeds(1)).collect()
}

#[test]
fn a_seed_is_one_story() {
    for storm in worlds() {
        for lineup in [Lineup::backoff(), Lineup::budget(), Lineup::standard()] {
            let [first, second] = [(), ()].map(|()| storm.play(&lineup));
            assert!(first == second, "{first}\n{second}");
        }
    }
}

#[test]
fn seeds_are_different_stories() {
    let storm = refused(Duration::from_secs(2)).with_layers(1);
    let calls = |seeds| storm.clone().with_seeds(seeds).play(&Lineup::no_retry()).calls();
    assert_ne!(calls(2), calls(1) * 2);
}

#[test]
fn every_call_ends_once_in_every_world() {
    for storm in worlds() {
        for lineup in [Lineup::no_retry(), Lineup::backoff(), Lineup::oracle()] {
            let report = storm.play(&lineup);
            let [good, bad, open] = report.accounts();
            assert_eq!((good + bad, open), (report.calls(), 0), "{report}");
            assert!(report.calls() > 0, "{report}");
        }
    }
}

#[test]
fn users_call_at_the_same_times_whatever_the_line_up() {
    for storm in [spike(), slow(), reconnect()] {
        let calls = |lineup| storm.clone().with_seeds(1).play(&lineup).calls();
        assert_eq!(calls(Lineup::no_retry()), calls(Lineup::backoff()), "{}", storm.name());
    }
}

#[with_retry(
    max_attempts = 4,
    initial_delay = "100ms",
    max_delay = "5s",
    attempt_timeout = "1s",
    budget = "none"
)]
async fn annotated(wire: &Wire) -> Result<(), Failure> {
    wire.send().await
}

#[test]
fn an_annotated_function_does_as_the_handle_does() {
    let storm = refused(Duration::from_secs(30)).with_layers(1).with_seeds(2);
    let attribute = Lineup::of_calls("attribute", |wire| async move { annotated(&wire).await });
    let [attribute, handle] = [attribute, Lineup::backoff()].map(|lineup| storm.play(&lineup));
    let near = |figure: fn(&Report) -> f64| (figure(&attribute) - figure(&handle)).abs() < 0.02;
    assert!(near(Report::attempts_per_call) && near(Report::success), "{attribute}{handle}");
}

#[test]
#[should_panic(expected = "a scoped thread panicked")]
fn a_line_up_that_panics_takes_the_run_with_it() {
    let storm = refused(Duration::from_secs(2)).with_seeds(1);
    let broken = |_: Wire| async { if true { panic!("broken") } else { Ok::<_, Failure>(()) } };
    let _ = storm.play(&Lineup::of_calls("broken", broken));
}

#[test]
fn a_policy_of_a_user_is_tested_in_a_few_lines() {
    let outage = refused(Duration::from_secs(2)).with_layers(1).with_seeds(3);
    let report = outage.run(|seat| Retry::new(seat.policy().with_max_attempts(2)));
    assert!(report.mean_load() <= 2.1 && report.success_after() > 0.99, "{report}");
}

#[test]
fn a_table_has_a_row_and_a_picture_a_name_for_each_line_up() {
    let storm = refused(Duration::from_secs(2)).with_layers(1).with_seeds(1);
    let reports = [Lineup::no_retry(), Lineup::oracle()].map(|lineup| storm.play(&lineup));
    let table = table(&reports);
    assert_eq!(table.lines().count(), 4, "{table}");
    let widths: Vec<usize> = table.lines().skip(1).map(str::len).collect();
    assert!(widths.iter().all(|width| *width == widths[0]), "{table}");
    let picture = picture(&reports);
    for word in ["no retry", "oracle", "capacity", "normal", "refused 2s"] {
        assert!(picture.contains(word), "{word}");
    }
}
