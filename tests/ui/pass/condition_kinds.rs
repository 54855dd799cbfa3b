//! `retry_on` and `never_on` with kinds, alone and in a list with a type.

use std::{fmt, io};

use retry_core::{Classify, ErrorKind, Verdict, with_retry};

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

impl Classify for Failure {
    fn classify(&self) -> Verdict {
        match self {
            Self::Io(_) => Verdict::Retry(ErrorKind::Network),
            Self::Format(_) => Verdict::Retry(ErrorKind::Unknown),
            Self::Client => Verdict::Stop(ErrorKind::Client),
        }
    }
}

#[with_retry(initial_delay = "1ms", retry_on = (kind(network, client), fmt::Error))]
async fn listed(calls: &mut u32, fail: fn() -> Failure) -> Result<(), Failure> {
    *calls += 1;
    Err(fail())
}

#[with_retry(initial_delay = "1ms", never_on = kind(network))]
async fn never(calls: &mut u32, fail: fn() -> Failure) -> Result<(), Failure> {
    *calls += 1;
    Err(fail())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = [0; 6];
    for (at, fail) in FAILS.into_iter().enumerate() {
        listed(&mut calls[at], fail).await.unwrap_err();
        never(&mut calls[3 + at], fail).await.unwrap_err();
    }
    assert_eq!(calls, [3, 3, 3, 1, 3, 1]);
}
