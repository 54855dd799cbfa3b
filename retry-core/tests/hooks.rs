//! The hook of an annotated function: what it is told, when, and of which failures.

#![cfg(feature = "macros")]

use std::io;
use std::sync::Mutex;
use std::time::Duration;

use retry_core::{ErrorKind, RetryError, Retrying, StopReason, with_retry};
use tokio::time::Instant;

/// What a hook was told, and when: the attempt, the delay, the kind, whether with an error.
type Told = (u32, Duration, ErrorKind, bool, Duration);

#[derive(Debug)]
struct Journal {
    start: Instant,
    told: Mutex<Vec<Told>>,
    starts: Mutex<Vec<Duration>>,
}

tokio::task_local! {
    static JOURNAL: Journal;
}

fn note<E>(retrying: &Retrying<'_, E>) {
    let number = retrying.attempt().number();
    let (delay, kind) = (retrying.delay(), retrying.kind());
    let with_error = retrying.error().is_some();
    JOURNAL.with(|journal| {
        let told = (number, delay, kind, with_error, journal.start.elapsed());
        journal.told.lock().unwrap().push(told);
    });
}

fn begin() {
    JOURNAL.with(|journal| journal.starts.lock().unwrap().push(journal.start.elapsed()));
}

/// Runs a call with a journal: its result, what the hook was told, and when attempts began.
async fn noted<T>(call: impl Future<Output = T>) -> (T, Vec<Told>, Vec<Duration>) {
    let start = Instant::now();
    let journal = Journal { start, told: Mutex::default(), starts: Mutex::default() };
    let noted = async {
        let result = call.await;
        let told = JOURNAL.with(|journal| journal.told.lock().unwrap().clone());
        let starts = JOURNAL.with(|journal| journal.starts.lock().unwrap().clone());
        (result, told, starts)
    };
    JOURNAL.scope(journal, noted).await
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[with_retry(max_attempts = 3, initial_delay = "100ms", jitter = "none", on_retry = note)]
async fn refused() -> io::Result<()> {
    begin();
    Err(io::ErrorKind::ConnectionRefused.into())
}

#[tokio::test(start_paused = true)]
async fn the_hook_is_told_the_exact_delay_before_it_once_for_each_retry() {
    let (result, told, starts) = noted(refused()).await;
    assert!(result.is_err());
    let network = ErrorKind::Network;
    assert_eq!(
        told,
        [(1, millis(100), network, true, millis(0)), (2, millis(200), network, true, millis(100)),]
    );
    assert_eq!(starts, [millis(0), millis(100), millis(300)]);
}

#[with_retry(max_attempts = 5, initial_delay = "100ms", on_retry = note)]
async fn refused_with_jitter() -> io::Result<()> {
    begin();
    Err(io::ErrorKind::ConnectionRefused.into())
}

#[tokio::test(start_paused = true)]
async fn the_delay_that_the_hook_is_told_is_the_one_that_passes() {
    let (result, told, starts) = noted(refused_with_jitter()).await;
    assert!(result.is_err());
    assert_eq!((told.len(), starts.len()), (4, 5));
    for (told, pair) in told.iter().zip(starts.windows(2)) {
        let (delay, waited) = (told.1, pair[1].abs_diff(pair[0]));
        // Tokio's timer has ticks of a millisecond, and never fires before its time.
        assert!(delay <= waited && waited < delay + millis(2), "told {delay:?}, was {waited:?}");
    }
}

#[with_retry(max_attempts = 3, on_retry = note)]
async fn succeeds() -> io::Result<u8> {
    begin();
    Ok(7)
}

#[tokio::test(start_paused = true)]
async fn the_hook_hears_nothing_of_a_success() {
    let (result, told, starts) = noted(succeeds()).await;
    assert_eq!((result.unwrap(), told.len(), starts.len()), (7, 0, 1));
}

#[with_retry(max_attempts = 3, initial_delay = "100ms", jitter = "none",
    retry_if_ok = |value: &u8| *value < 9, on_retry = note)]
async fn turned_down() -> io::Result<u8> {
    begin();
    Ok(7)
}

#[tokio::test(start_paused = true)]
async fn the_hook_is_told_of_a_value_that_was_turned_down() {
    let (result, told, starts) = noted(turned_down()).await;
    assert_eq!((result.unwrap(), starts.len()), (7, 3));
    let told: Vec<_> = told.iter().map(|told| (told.0, told.3)).collect();
    assert_eq!(told, [(1, false), (2, false)]);
}

#[with_retry(max_attempts = 3, initial_delay = "100ms", jitter = "none",
    attempt_timeout = "1s", on_retry = note)]
async fn hangs() -> Result<(), RetryError<io::Error>> {
    begin();
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn the_hook_is_told_of_an_attempt_that_was_cut() {
    let (result, told, starts) = noted(hangs()).await;
    assert_eq!(result.unwrap_err().reason(), StopReason::AttemptsExhausted);
    assert_eq!(starts, [millis(0), millis(1_100), millis(2_300)]);
    let timeout = ErrorKind::Timeout;
    assert_eq!(
        told,
        [
            (1, millis(100), timeout, false, millis(1_000)),
            (2, millis(200), timeout, false, millis(2_100)),
        ]
    );
}
