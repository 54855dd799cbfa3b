//! `retry_on` and `never_on` with types in the chain of sources, and their order.

use std::{fmt, io};

use retry_core::with_retry;

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

#[with_retry(initial_delay = "1ms", retry_on = [io::Error, fmt::Error], never_on = fmt::Error)]
async fn count(calls: &mut u32, fail: fn() -> Failure) -> Result<(), Failure> {
    *calls += 1;
    Err(fail())
}

#[with_retry(initial_delay = "1ms", retry_on = Failure)]
async fn itself(calls: &mut u32, fail: fn() -> Failure) -> Result<(), Failure> {
    *calls += 1;
    Err(fail())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = [0; 6];
    for (at, fail) in FAILS.into_iter().enumerate() {
        count(&mut calls[at], fail).await.unwrap_err();
        itself(&mut calls[3 + at], fail).await.unwrap_err();
    }
    assert_eq!(calls, [3, 1, 1, 3, 3, 3]);
}
