//! `retry-core` under another name: found in the manifest, or said with `crate`.

use std::io;

use once_more::with_retry;

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

#[cfg(test)]
#[tokio::test(start_paused = true)]
async fn both_are_retried() {
    assert_eq!(found(&mut 0).await.unwrap(), 3);
    assert_eq!(said(&mut 0).await.unwrap(), 3);
}
