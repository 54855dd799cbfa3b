//! How a call went, for whoever asks afterwards.

use std::time::Duration;

/// How a call went, successful or not.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use retry_core::{Retry, RetryPolicy};
///
/// let retry = Retry::new(RetryPolicy::new());
/// let (result, report) = retry.run_with_report(async || Ok::<_, std::io::Error>(7)).await;
/// assert_eq!(result.unwrap(), 7);
/// assert_eq!(report.attempts(), 1);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
    pub(crate) waited: Duration,
}

impl Report {
    /// How many attempts were started.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// From the start of the call until now, or until its end.
    #[must_use]
    pub const fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// How much of that the call was meant to wait between attempts.
    #[must_use]
    pub const fn waited(&self) -> Duration {
        self.waited
    }
}
