//! `retry_if` with a closure beside `on_retry` with a path.

use std::{fmt, io};

use retry_core::{Retrying, with_retry};

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

const FAILS: [fn() -> Failure; 3] =
    [|| Failure::Io(io::Error::other("x")), || Failure::Format(fmt::Error), || Failure::Client];

fn told(retrying: &Retrying<'_, Failure>) {
    assert!(matches!(retrying.error(), Some(Failure::Client)));
}

#[with_retry(
    initial_delay = "1ms",
    jitter = "none",
    on_retry = told,
    retry_if = |e| matches!(e, Failure::Client),
)]
async fn count(calls: &mut u32, fail: fn() -> Failure) -> Result<(), Failure> {
    *calls += 1;
    Err(fail())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = [0; 3];
    for (at, fail) in FAILS.into_iter().enumerate() {
        count(&mut calls[at], fail).await.unwrap_err();
    }
    assert_eq!(calls, [1, 1, 3]);
}
