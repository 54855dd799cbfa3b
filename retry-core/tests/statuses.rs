//! `retry_on_status`: errors and values that carry an HTTP status, and a wait.

#![cfg(feature = "macros")]

use std::time::Duration;

use retry_core::{ErrorKind, HttpOutcome, RetryError, StopReason, with_retry};
use tokio::time::Instant;

/// A response, or an error made from one.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Answer {
    status: Option<u16>,
    after: Option<Duration>,
}

const fn answer(status: u16) -> Answer {
    Answer { status: Some(status), after: None }
}

impl HttpOutcome for Answer {
    fn http_status(&self) -> Option<u16> {
        self.status
    }

    fn retry_after(&self) -> Option<Duration> {
        self.after
    }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", retry_on_status = [429, 500..=504], budget = "none")]
async fn value(calls: &mut u32, answer: Answer) -> Result<Answer, String> {
    *calls += 1;
    Ok(answer)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", retry_on_status = [429, 500..=504], budget = "none")]
async fn error(calls: &mut u32, answer: Answer) -> Result<u32, RetryError<Answer>> {
    *calls += 1;
    Err(answer)
}

#[with_retry(
    max_attempts = 3,
    initial_delay = "1ms",
    retry_on_status = [503],
    retry_if = |answer: &Answer, attempt| answer.after.is_none() && attempt.number() < 2,
    retry_if_ok = |calls| *calls < 2,
)]
async fn with_others(calls: &mut u32, answer: Option<Answer>) -> Result<u32, Answer> {
    *calls += 1;
    answer.map_or(Ok(*calls), Err)
}

#[tokio::test(start_paused = true)]
async fn a_value_is_retried_for_the_statuses_of_the_list_and_is_what_the_caller_gets() {
    for (status, made) in [(200, 1), (404, 1), (429, 3), (499, 1), (500, 3), (504, 3), (505, 1)] {
        let mut calls = 0;
        assert_eq!(value(&mut calls, answer(status)).await, Ok(answer(status)));
        assert_eq!(calls, made, "{status}");
    }
    let mut calls = 0;
    value(&mut calls, Answer { status: None, after: None }).await.unwrap();
    assert_eq!(calls, 1, "no status, nothing to retry");
}

#[tokio::test(start_paused = true)]
async fn an_error_with_a_status_is_retried_for_those_of_the_list_only() {
    for (status, made) in [(404, 1), (429, 3), (503, 3), (505, 1), (408, 1)] {
        let mut calls = 0;
        let error = error(&mut calls, answer(status)).await.unwrap_err();
        assert_eq!(calls, made, "{status}");
        let stopped = error.reason() == StopReason::NotRetryable;
        assert_eq!(stopped, made == 1, "{status}");
    }
    let mut calls = 0;
    error(&mut calls, Answer { status: None, after: None }).await.unwrap_err();
    assert_eq!(calls, 3, "what got no status is not for the list to judge");
}

#[tokio::test(start_paused = true)]
async fn the_wait_of_a_response_is_waited_out_and_its_kind_is_told() {
    let start = Instant::now();
    let busy = Answer { status: Some(429), after: Some(Duration::from_secs(7)) };
    let error = error(&mut 0, busy).await.unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::RateLimit));
    assert!(start.elapsed() >= Duration::from_secs(14));
    let start = Instant::now();
    value(&mut 0, busy).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(14));
}

#[tokio::test(start_paused = true)]
async fn beside_other_conditions_all_have_to_hold() {
    let mut calls = 0;
    with_others(&mut calls, Some(answer(503))).await.unwrap_err();
    assert_eq!(calls, 2, "`retry_if` ends it");
    let mut calls = 0;
    with_others(&mut calls, Some(answer(500))).await.unwrap_err();
    assert_eq!(calls, 1, "the list ends it");
    assert_eq!(with_others(&mut 0, None).await, Ok(2), "`retry_if_ok` is asked as well");
}
