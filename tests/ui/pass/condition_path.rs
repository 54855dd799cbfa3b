//! `retry_if` with a path to a function of the error and the attempt, and of the error alone.

use std::{fmt, io};

use retry_core::{Attempt, with_retry};

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

fn early(_: &Failure, attempt: &Attempt) -> bool {
    attempt.number() < 2
}

impl Failure {
    fn is_client(&self) -> bool {
        matches!(self, Self::Client)
    }
}

#[with_retry(initial_delay = "1ms", retry_if = early)]
async fn of_both(calls: &mut u32, fail: fn() -> Failure) -> Result<(), Failure> {
    *calls += 1;
    Err(fail())
}

#[with_retry(initial_delay = "1ms", retry_if = Failure::is_client)]
async fn of_the_error(calls: &mut u32, fail: fn() -> Failure) -> Result<(), Failure> {
    *calls += 1;
    Err(fail())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = [0; 6];
    for (at, fail) in FAILS.into_iter().enumerate() {
        of_both(&mut calls[at], fail).await.unwrap_err();
        of_the_error(&mut calls[3 + at], fail).await.unwrap_err();
    }
    assert_eq!(calls, [2, 2, 2, 1, 1, 3]);
}
