//! What an attempt can know about itself: its deadline, and the key that its call goes by.

use std::collections::HashSet;
use std::io;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use retry_core::{Attempt, IdempotencyKey, ManualClock, Retry, RetryPolicy, Session, with_retry};

const POLICY: RetryPolicy = RetryPolicy::new().with_initial_delay(Duration::ZERO);

/// What the three attempts of a failing call see.
fn attempts_of(retry: &Retry) -> Vec<Attempt> {
    let mut seen = Vec::new();
    let mut attempts = retry.attempts_blocking();
    while let Some(attempt) = attempts.next() {
        seen.push(*attempt);
        if let ControlFlow::Break(_) = attempt.record(Err::<(), _>("down")) {
            break;
        }
    }
    assert_eq!(seen.len(), 3);
    seen
}

fn key_of(retry: &Retry) -> IdempotencyKey {
    let keys: HashSet<_> = attempts_of(retry).iter().map(Attempt::idempotency_key).collect();
    assert_eq!(keys.len(), 1, "all attempts of one call share a key");
    keys.into_iter().next().unwrap()
}

#[test]
fn every_call_has_a_key_of_its_own() {
    let one = Retry::new(POLICY).without_budget();
    let other = Retry::new(POLICY).without_budget();
    let keys: HashSet<_> =
        (0..2_000).map(|i| key_of(if i % 2 == 0 { &one } else { &other })).collect();
    assert_eq!(keys.len(), 2_000);
}

#[test]
fn threads_share_no_key() {
    let keys = || (0..2_000).map(|_| key_of(&Retry::new(POLICY))).collect::<HashSet<_>>();
    let all = std::thread::scope(|scope| {
        let threads = [(); 4].map(|()| scope.spawn(keys));
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<HashSet<_>>()
    });
    assert_eq!(all.len(), 8_000);
}

#[test]
fn the_same_seed_gives_the_same_delays_and_other_keys() {
    let (one, other) = (Retry::new(POLICY).with_seed(7), Retry::new(POLICY).with_seed(7));
    assert_ne!(key_of(&one), key_of(&other));
    assert_ne!(key_of(&one.clone()), key_of(&one));
}

#[test]
fn a_key_reads_as_32_digits() {
    let key = key_of(&Retry::new(POLICY));
    let text = key.to_string();
    assert_eq!((text.len(), u128::from_str_radix(&text, 16)), (32, Ok(key.as_u128())));
}

#[test]
fn an_attempt_knows_when_its_call_ends() {
    let clock = ManualClock::new();
    let start = retry_core::Clock::now(&clock);
    let soon = start + Duration::from_secs(5);
    let retry = Retry::new(POLICY).with_clock(clock);
    let deadline = |retry: &Retry| attempts_of(retry)[1].deadline();
    assert_eq!(deadline(&retry), None);
    let timed = retry.with_timeout(Duration::from_secs(9)).unwrap();
    assert_eq!(deadline(&timed), Some(start + Duration::from_secs(9)));
    assert_eq!(deadline(&timed.with_deadline(soon)), Some(soon));
}

#[test]
fn a_bare_session_has_neither() {
    let attempt = Session::new().describe(&POLICY, retry_core::Time::default());
    assert_eq!((attempt.deadline(), attempt.idempotency_key().as_u128()), (None, 0));
}

#[tokio::test(start_paused = true)]
async fn the_body_of_a_function_sees_both() {
    #[with_retry(timeout = "10s", context = attempt)]
    async fn ask(seen: &mut Vec<(IdempotencyKey, Instant)>) -> io::Result<()> {
        seen.push((attempt.idempotency_key(), attempt.deadline().expect("it has a timeout")));
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    let (mut first, mut second) = (Vec::new(), Vec::new());
    ask(&mut first).await.unwrap_err();
    ask(&mut second).await.unwrap_err();
    assert_eq!((first.len(), second.len()), (3, 3));
    assert!(first.iter().all(|seen| *seen == first[0]));
    assert_ne!(first[0].0, second[0].0);
}
