//! Tags: who has them, who is refused them, and where they are read.

#![cfg(all(feature = "macros", feature = "tracing"))]

mod recorder;

use std::collections::BTreeSet;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use recorder::{Recorder, Said};
use retry_core::{
    CancellationToken, ManualClock, MemoryDeadLetters, OperationSnapshot, Retry, RetryBuildError,
    RetryError, RetryPolicy, RetryRegistry, Tag, TagError, with_retry,
};
use tracing::level_filters::LevelFilter;

fn retry() -> Retry {
    let retry = Retry::new(RetryPolicy::new().with_max_attempts(2)).with_clock(ManualClock::new());
    retry.without_budget()
}

fn tagged() -> Retry {
    retry().with_tag("team", "payments").and_then(|retry| retry.with_tag("tier", "1")).unwrap()
}

fn texts(tags: &[Tag]) -> Vec<String> {
    tags.iter().map(ToString::to_string).collect()
}

fn down() -> Result<(), &'static str> {
    Err("down")
}

/// The tags of what is said, event by event.
fn tags(said: &[Said]) -> Vec<Option<&str>> {
    said.iter().map(|said| said.field("tags")).collect()
}

fn snapshot(registry: &RetryRegistry, name: &str) -> OperationSnapshot {
    let all = registry.operations();
    all.into_iter().find(|operation| operation.name == name).expect("it has joined")
}

#[tokio::test(start_paused = true)]
async fn every_event_of_a_call_carries_its_tags_in_one_field() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::TRACE);
    let token = CancellationToken::new();
    for place in [0, 1] {
        let retry = tagged().with_max_attempts(1).unwrap();
        let retry = retry.with_dead_letters(MemoryDeadLetters::new(place));
        retry.run_with_payload(Vec::new, async || down()).await.unwrap_err();
    }
    let mut calls = 0;
    let second = || {
        calls += 1;
        if calls < 2 { down() } else { Ok(()) }
    };
    tagged().run_blocking(second).unwrap();
    let panics = || tagged().run_blocking(|| -> Result<(), String> { panic!("out of luck") });
    catch_unwind(AssertUnwindSafe(panics)).unwrap_err();
    token.cancel();
    tagged().with_cancellation(token).run_blocking(down).unwrap_err();
    let said = recorder.said();
    assert_eq!(tags(&said), vec![Some("team=payments tier=1"); said.len()]);
    let messages: BTreeSet<_> = said.iter().map(|said| said.message.as_str()).collect();
    let all = [
        "attempt failed, retrying",
        "cancelled",
        "dead letter lost",
        "dead letter stored",
        "gave up",
        "panicked",
        "succeeded after retries",
    ];
    assert_eq!(messages, all.into());
}

#[test]
fn the_warning_of_a_budget_carries_the_tags_of_the_call_that_it_refuses() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::WARN);
    let clock = ManualClock::new();
    let retry = Retry::new(RetryPolicy::new()).with_clock(clock).with_tag("tier", "1").unwrap();
    (0..100).for_each(|_| drop(retry.run_blocking(down)));
    let said = recorder.said();
    let used_up = said.iter().find(|said| said.message.contains("budget is used up"));
    assert_eq!(used_up.unwrap().field("tags"), Some("tier=1"));
}

#[tokio::test]
async fn the_span_of_a_call_carries_its_tags() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::DEBUG);
    tagged().run(async || Ok::<_, io::Error>(())).await.unwrap();
    retry().run(async || Ok::<_, io::Error>(())).await.unwrap();
    let opened = recorder.spans().opened;
    let calls = opened.iter().filter(|(name, _)| *name == "retry");
    let tags: Vec<_> = calls.map(|(_, fields)| fields.get("retry.tags")).collect();
    assert_eq!(tags, [Some(&"team=payments tier=1".to_owned()), None]);
}

#[test]
fn a_call_without_tags_has_no_such_field() {
    let (recorder, _guard) = Recorder::listening(LevelFilter::TRACE);
    retry().run_blocking(down).unwrap_err();
    assert_eq!(tags(&recorder.said()), [None, None]);
}

#[test]
fn a_part_that_could_be_taken_for_another_stands_in_quotes() {
    let tag = |key, value| Tag::new(key, value).to_string();
    assert_eq!(tag("team", "order entry"), "team=\"order entry\"");
    assert_eq!(tag("a=b", "\n"), "\"a=b\"=\"\\n\"");
    assert_eq!(tag("note", "says \"no\""), "note=\"says \\\"no\\\"\"");
    assert_eq!(tag("empty", ""), "empty=\"\"");
    assert_eq!(tag("tier", "größer-1:a/b"), "tier=größer-1:a/b");
}

#[tokio::test(start_paused = true)]
async fn the_events_of_a_function_carry_the_tags_of_its_attribute() {
    #[with_retry(max_attempts = 1, tags(team = "payments", type = "batch"), budget = "none")]
    async fn charge() -> io::Result<()> {
        Err(io::ErrorKind::ConnectionReset.into())
    }

    let (recorder, _guard) = Recorder::listening(LevelFilter::TRACE);
    charge().await.unwrap_err();
    assert_eq!(tags(&recorder.said()), [Some("team=payments type=batch")]);
}

#[test]
fn a_function_over_a_handle_has_the_tags_of_the_handle() {
    #[with_retry(retry = retry)]
    fn over(retry: &Retry) -> Result<(), RetryError<&'static str>> {
        Err("down")?
    }

    let (recorder, _guard) = Recorder::listening(LevelFilter::ERROR);
    over(&tagged()).unwrap_err();
    assert_eq!(tags(&recorder.said()), [Some("team=payments tier=1")]);
}

#[test]
fn a_copy_gets_a_tag_in_place_of_the_one_of_that_key_and_its_origin_keeps_its_own() {
    let origin = tagged();
    let copy = origin.clone().with_tag("team", String::from("search")).unwrap();
    let copy = copy.with_tag("batch", "nightly").unwrap();
    assert_eq!(texts(origin.tags()), ["team=payments", "tier=1"]);
    assert_eq!(texts(copy.tags()), ["team=search", "tier=1", "batch=nightly"]);
    assert_eq!(copy.retry_all().tags().len(), 3);
}

#[test]
fn an_empty_key_and_a_ninth_are_refused_and_a_tag_that_replaces_one_is_none() {
    let eight = (0..8).fold(retry(), |retry, n| retry.with_tag(n.to_string(), "").unwrap());
    assert!(eight.clone().with_tag("7", "again").is_ok());
    let error = eight.with_tag("8", "").unwrap_err();
    assert_eq!(error, TagError::TooMany(9));
    assert_eq!(error.to_string(), "number of tags = 9: must be at most 8");
    assert_eq!(retry().with_tag("", "payments").unwrap_err(), TagError::EmptyKey);
}

#[test]
fn a_builder_refuses_what_a_handle_refuses() {
    let built = Retry::builder().tag("team", "search").tag("tier", "1").tag("team", "payments");
    assert_eq!(texts(built.build().unwrap().tags()), ["team=payments", "tier=1"]);
    let many = (0..11).fold(Retry::builder(), |builder, n| builder.tag(n.to_string(), ""));
    let error = many.build().unwrap_err();
    assert_eq!(error, RetryBuildError::Tag(TagError::TooMany(11)));
    assert_eq!(error.to_string(), "number of tags = 11: must be at most 8");
    let error = Retry::builder().tag("", "payments").build().unwrap_err();
    assert_eq!(error, RetryBuildError::Tag(TagError::EmptyKey));
}

#[test]
fn an_operation_has_the_tags_that_it_was_registered_with_and_a_copy_may_have_more() {
    let registry = RetryRegistry::new(8);
    registry.get_or_insert_with("tags::handle", tagged);
    let copy = registry.get("tags::handle").unwrap().with_tag("batch", "nightly").unwrap();
    assert_eq!(texts(copy.tags()), ["team=payments", "tier=1", "batch=nightly"]);
    assert_eq!(texts(&snapshot(&registry, "tags::handle").tags), ["team=payments", "tier=1"]);
    assert_eq!(registry.get("tags::handle").unwrap().tags().len(), 2);

    let (recorder, _guard) = Recorder::listening(LevelFilter::ERROR);
    copy.run_blocking(down).unwrap_err();
    assert_eq!(tags(&recorder.said()), [Some("team=payments tier=1 batch=nightly")]);
}

#[tokio::test]
async fn a_function_is_registered_with_its_tags() {
    #[with_retry(name = "tags::function", tags(team = "payments"))]
    async fn load() -> io::Result<()> {
        Ok(())
    }

    load().await.unwrap();
    let found = snapshot(RetryRegistry::process(), "tags::function");
    assert_eq!(found.tags, [Tag::new("team", "payments")]);
}
