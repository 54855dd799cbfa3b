//! What is said of dead letters.

#![cfg(feature = "tracing")]

mod recorder;

use recorder::Recorder;
use retry_core::{MemoryDeadLetters, Retry, RetryPolicy};
use tracing::Level;
use tracing::level_filters::LevelFilter;

/// What a call says that gives up, with place for so many letters.
async fn said(capacity: usize) -> Vec<recorder::Said> {
    let (recorder, _guard) = Recorder::listening(LevelFilter::INFO);
    let retry = Retry::new(RetryPolicy::new().with_max_attempts(1))
        .with_name("orders::send")
        .with_dead_letters(MemoryDeadLetters::new(capacity));
    let operation = async || Err::<(), _>(std::io::Error::other("down"));
    retry.run_with_payload(Vec::new, operation).await.unwrap_err();
    recorder.said()
}

#[tokio::test(start_paused = true)]
async fn a_stored_letter_is_an_info_after_the_end_of_its_call() {
    let said = said(1).await;
    let lines: Vec<_> = said.iter().map(|said| (said.level, said.message.as_str())).collect();
    assert_eq!(lines, [(Level::ERROR, "gave up"), (Level::INFO, "dead letter stored")]);
    assert_eq!(said[1].field("name"), Some("orders::send"));
    assert_eq!(said[1].field("reason"), said[0].field("reason"));
    assert_eq!(said[1].field("attempts"), Some("1"));
}

#[tokio::test(start_paused = true)]
async fn a_lost_letter_is_an_error_with_its_cause() {
    let said = said(0).await;
    let lines: Vec<_> = said.iter().map(|said| (said.level, said.message.as_str())).collect();
    assert_eq!(lines, [(Level::ERROR, "gave up"), (Level::ERROR, "dead letter lost")]);
    assert_eq!(said[1].field("permanent"), Some("false"));
    let error = said[1].field("error").unwrap();
    assert_eq!(error, "there is place for 0 letters, and that many are there");
}
