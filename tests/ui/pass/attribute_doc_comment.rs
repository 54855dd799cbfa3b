//! Doc comments above and below the attribute, on the function and in an impl.

#![deny(warnings, unused_doc_comments)]

use retry_core::with_retry;

/// Counts.
///
/// # Errors
///
/// Twice.
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
/// And says so.
#[doc = "At length."]
async fn count(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

/// Calls.
struct Client {
    /// How many.
    calls: u32,
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    /** Counts. */
    async fn count(&mut self) -> Result<u32, String> {
        self.calls += 1;
        if self.calls < 3 { Err("again".to_owned()) } else { Ok(self.calls) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await, Ok(3));
    assert_eq!(Client { calls: 0 }.count().await, Ok(3));
}
