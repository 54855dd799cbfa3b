//! The newest error of a call is never lost, whatever ended the call and whichever way it ran.

#![cfg(feature = "macros")]

use std::error::Error;
use std::fmt;
use std::future::pending;
use std::ops::ControlFlow;
use std::time::Duration;

use retry_core::{
    CancellationToken, Classify, ErrorKind, Jitter, ManualClock, Retry, RetryError, RetryPolicy,
    StopReason, Stopped, Strategy, Verdict, with_retry,
};

const TICK: Duration = Duration::from_millis(100);

const POLICY: RetryPolicy = RetryPolicy::builder()
    .max_attempts(3)
    .strategy(Strategy::Fixed)
    .initial_delay(TICK)
    .jitter(Jitter::None)
    .timeout(Duration::from_millis(350))
    .build_const();

/// How a call is made to end.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    AttemptsRunOut,
    SecondFailsForGood,
    SecondAsksForTooLong,
    SecondTakesAllTheTime,
    ThirdIsCutByTheDeadline,
    CancelledAfterSecond,
    CancelledDuringThird,
}

use Fate::*;

/// Each way to end, its reason, how many attempts it takes, and which of them fails last.
const ENDS: [(Fate, StopReason, u32, u32); 7] = [
    (AttemptsRunOut, StopReason::AttemptsExhausted, 3, 3),
    (SecondFailsForGood, StopReason::NotRetryable, 2, 2),
    (SecondAsksForTooLong, StopReason::HintTooLong, 2, 2),
    (SecondTakesAllTheTime, StopReason::DeadlineExceeded, 2, 2),
    (ThirdIsCutByTheDeadline, StopReason::DeadlineExceeded, 3, 2),
    (CancelledAfterSecond, StopReason::Cancelled, 2, 2),
    (CancelledDuringThird, StopReason::Cancelled, 3, 2),
];

/// The failure of attempt `number` of a call with this fate; number 0 for no attempt at all.
#[derive(Debug)]
struct Failed(u32, Fate);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failure of number {}", self.0)
    }
}

impl Error for Failed {}

impl Classify for Failed {
    fn classify(&self) -> Verdict {
        match self {
            Self(2, SecondFailsForGood) => Verdict::Stop(ErrorKind::Client),
            Self(2, SecondAsksForTooLong) => {
                Verdict::RetryAfter(ErrorKind::RateLimit, Duration::MAX)
            }
            _ => Verdict::Retry(ErrorKind::Network),
        }
    }
}

impl From<Stopped> for Failed {
    fn from(_: Stopped) -> Self {
        Self(0, AttemptsRunOut)
    }
}

/// Attempt `number`, on tokio's time.
async fn attempt(number: u32, fate: Fate, token: &CancellationToken) -> Result<(), Failed> {
    match (number, fate) {
        (2, SecondTakesAllTheTime) => tokio::time::sleep(2 * TICK).await,
        (2, CancelledAfterSecond) => token.cancel(),
        (3, ThirdIsCutByTheDeadline) => pending().await,
        (3, CancelledDuringThird) => {
            token.cancel();
            pending::<()>().await;
        }
        _ => {}
    }
    Err(Failed(number, fate))
}

#[track_caller]
fn assert_newest(
    end: &RetryError<Failed>,
    (fate, reason, attempts, last): (Fate, StopReason, u32, u32),
) {
    assert_eq!((end.reason(), end.attempts()), (reason, attempts), "{fate:?}");
    assert_eq!(end.last_error().map(|error| error.0), Some(last), "{fate:?}");
    let source = end.source().unwrap().to_string();
    assert_eq!(source, format!("failure of number {last}"));
    assert!(!end.to_string().contains(&source), "`{end}` repeats its source");
}

#[tokio::test(start_paused = true)]
async fn a_call_of_a_handle_ends_with_its_newest_error() {
    for end in ENDS {
        let token = CancellationToken::new();
        let retry = Retry::new(POLICY).with_cancellation(token.clone());
        let mut number = 0;
        let operation = || {
            number += 1;
            attempt(number, end.0, &token)
        };
        assert_newest(&retry.run(operation).await.unwrap_err(), end);
    }
}

#[tokio::test(start_paused = true)]
async fn an_open_loop_ends_with_its_newest_error() {
    for end in ENDS {
        let token = CancellationToken::new();
        let retry = Retry::new(POLICY).with_cancellation(token.clone());
        let mut attempts = retry.attempts();
        let mut broken = None;
        while let Some(open) = attempts.next().await {
            let number = open.number();
            if let ControlFlow::Break(result) = open.run(attempt(number, end.0, &token)).await {
                broken = Some(result);
                break;
            }
        }
        let ended = broken.map_or_else(|| attempts.finish(), Result::unwrap_err);
        assert_newest(&ended, end);
    }
}

#[test]
fn a_call_that_blocks_ends_with_its_newest_error() {
    // What is cut while it runs has no counterpart in a thread.
    let ends = ENDS.into_iter().filter(|end| end.2 == end.3);
    for end in ends {
        let token = CancellationToken::new();
        let clock = ManualClock::new();
        let retry = Retry::new(POLICY).with_cancellation(token.clone()).with_clock(clock.clone());
        let mut number = 0;
        let result = retry.run_blocking(|| {
            number += 1;
            match (number, end.0) {
                (2, SecondTakesAllTheTime) => clock.advance(2 * TICK),
                (2, CancelledAfterSecond) => token.cancel(),
                _ => {}
            }
            Err::<(), _>(Failed(number, end.0))
        });
        assert_newest(&result.unwrap_err(), end);
    }
}

#[with_retry(policy = POLICY, context = now)]
async fn annotated(fate: Fate, token: &CancellationToken) -> Result<(), RetryError<Failed>> {
    attempt(now.number(), fate, token).await
}

#[with_retry(policy = POLICY, context = now)]
async fn annotated_plain(fate: Fate, token: &CancellationToken) -> Result<(), Failed> {
    attempt(now.number(), fate, token).await
}

#[tokio::test(start_paused = true)]
async fn an_annotated_call_ends_with_its_newest_error() {
    // An annotated function has no token.
    for end in ENDS.into_iter().filter(|end| end.1 != StopReason::Cancelled) {
        let token = CancellationToken::new();
        assert_newest(&annotated(end.0, &token).await.unwrap_err(), end);
        assert_eq!(annotated_plain(end.0, &token).await.unwrap_err().0, end.3, "{:?}", end.0);
    }
}

#[test]
fn every_reason_has_its_own_label_and_clause() {
    let mut reasons: Vec<_> = ENDS.iter().map(|end| end.1).collect();
    reasons.dedup();
    let labels: Vec<_> = reasons.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(
        labels,
        ["attempts_exhausted", "not_retryable", "hint_too_long", "deadline_exceeded", "cancelled"]
    );
    let mut clauses: Vec<_> = reasons.iter().map(ToString::to_string).collect();
    clauses.sort_unstable();
    clauses.dedup();
    assert_eq!(clauses.len(), labels.len());
}
