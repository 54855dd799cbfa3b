//! `retry_on`, `never_on`, `retry_if` and `on_retry`, in every form, and their order.

use std::fmt;
use std::io;

use retry_core::{Attempt, Classify, ErrorKind, Retrying, Verdict, with_retry};

#[derive(Debug)]
enum Failure {
    Io(io::Error),
    Format(fmt::Error),
    Client,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failure")
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Format(error) => Some(error),
            Self::Client => None,
        }
    }
}

impl Classify for Failure {
    fn classify(&self) -> Verdict {
        match self {
            Self::Io(_) => Verdict::Retry(ErrorKind::Network),
            Self::Format(_) => Verdict::Retry(ErrorKind::Unknown),
            Self::Client => Verdict::Stop(ErrorKind::Client),
        }
    }
}

type Attempts = Result<(), Failure>;

#[with_retry(initial_delay = "1ms")]
async fn by_class(calls: &mut u32, fail: fn() -> Failure) -> Attempts {
    *calls += 1;
    Err(fail())
}

#[with_retry(initial_delay = "1ms", retry_on = [io::Error, fmt::Error], never_on = fmt::Error)]
async fn by_type(calls: &mut u32, fail: fn() -> Failure) -> Attempts {
    *calls += 1;
    Err(fail())
}

#[with_retry(initial_delay = "1ms", retry_on = (kind(network, client), fmt::Error))]
async fn by_kind(calls: &mut u32, fail: fn() -> Failure) -> Attempts {
    *calls += 1;
    Err(fail())
}

fn early(_: &Failure, attempt: &Attempt) -> bool {
    attempt.number() < 2
}

#[with_retry(initial_delay = "1ms", retry_if = early)]
async fn by_path(calls: &mut u32, fail: fn() -> Failure) -> Attempts {
    *calls += 1;
    Err(fail())
}

fn told(retrying: &Retrying<'_, Failure>) {
    assert!(retrying.error().is_some());
}

#[with_retry(initial_delay = "1ms", jitter = "none", on_retry = told, retry_if = |e| matches!(e, Failure::Client))]
async fn by_closure(calls: &mut u32, fail: fn() -> Failure) -> Attempts {
    *calls += 1;
    Err(fail())
}

#[with_retry(initial_delay = "1ms", jitter = "none", on_retry = |r| delays.set(delays.get() + r.delay()))]
async fn hooked(delays: &std::cell::Cell<std::time::Duration>) -> Attempts {
    Err(Failure::Format(fmt::Error))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let io: fn() -> Failure = || Failure::Io(io::Error::other("x"));
    let format: fn() -> Failure = || Failure::Format(fmt::Error);
    let client: fn() -> Failure = || Failure::Client;
    let mut n = [0; 15];
    for (at, fail) in [io, format, client].into_iter().enumerate() {
        by_class(&mut n[at], fail).await.unwrap_err();
        by_type(&mut n[3 + at], fail).await.unwrap_err();
        by_kind(&mut n[6 + at], fail).await.unwrap_err();
        by_path(&mut n[9 + at], fail).await.unwrap_err();
        by_closure(&mut n[12 + at], fail).await.unwrap_err();
    }
    assert_eq!(n, [3, 3, 1, 3, 1, 1, 3, 3, 3, 2, 2, 2, 1, 1, 3]);
    let delays = std::cell::Cell::default();
    hooked(&delays).await.unwrap_err();
    assert_eq!(delays.get(), std::time::Duration::from_millis(3));
}
