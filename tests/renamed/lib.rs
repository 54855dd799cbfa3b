//! `retry-core` under another name: found in the manifest, or said with `crate`.

use std::io;

use once_more::{Classify, Retry, with_retry};

/// The name is found.
///
/// # Errors
///
/// When it is not yet time.
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
pub async fn found(calls: &mut u32) -> io::Result<u32> {
    *calls += 1;
    if *calls < 3 { Err(io::Error::other("again")) } else { Ok(*calls) }
}

mod reexported {
    pub(crate) use once_more as inner;
}

/// The name is said.
///
/// # Errors
///
/// When it is not yet time.
#[with_retry(max_attempts = 3, initial_delay = "1ms", crate = crate::reexported::inner)]
pub async fn said(calls: &mut u32) -> io::Result<u32> {
    *calls += 1;
    if *calls < 3 { Err(io::Error::other("again")) } else { Ok(*calls) }
}

/// The name is found beside a handle, which has it too.
///
/// # Errors
///
/// When it is not yet time.
#[with_retry(retry = retry)]
pub async fn over_a_handle(retry: &Retry, calls: &mut u32) -> io::Result<u32> {
    *calls += 1;
    if *calls < 3 { Err(io::Error::other("again")) } else { Ok(*calls) }
}

/// The name is found by the derive.
#[derive(Debug, Classify)]
pub enum Found {
    /// Asks the inner error.
    #[retry(transparent)]
    Io(io::Error),
    /// Waits.
    #[retry(status = 0, after = 1)]
    Http(u16, std::time::Duration),
}

/// The name is said to the derive.
#[derive(Debug, Classify)]
#[retry(network, crate = crate::reexported::inner)]
pub enum Said {
    /// As the enum says.
    Unreachable,
    /// Asks the inner error.
    #[retry(transparent)]
    Io(io::Error),
}

#[cfg(test)]
#[tokio::test(start_paused = true)]
async fn both_are_retried() {
    assert_eq!(found(&mut 0).await.unwrap(), 3);
    assert_eq!(said(&mut 0).await.unwrap(), 3);
    let retry = Retry::new(once_more::RetryPolicy::new());
    assert_eq!(over_a_handle(&retry, &mut 0).await.unwrap(), 3);
    let permanent = || io::Error::from(io::ErrorKind::NotFound);
    assert_eq!(Found::Io(permanent()).classify(), Said::Io(permanent()).classify());
}
