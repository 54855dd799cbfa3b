//! What an HTTP status says about a failure.

use crate::values::kind::{ErrorKind, Verdict};

impl Verdict {
    /// The verdict on an HTTP status.
    ///
    /// | status | verdict |
    /// |---|---|
    /// | 408, 504 | retry, timeout |
    /// | 425 | retry, transient |
    /// | 429 | retry, rate limit |
    /// | 500, 502, 503 | retry, server |
    /// | 501, 505 and the rest from 500 to 599 | stop, server |
    /// | the rest from 400 to 499 | stop, client |
    /// | 100 to 399 | success |
    /// | anything else, which is no status | retry, unknown |
    ///
    /// ```
    /// use retry_core::{ErrorKind, Verdict};
    ///
    /// assert_eq!(Verdict::from_status(503), Verdict::Retry(ErrorKind::Server));
    /// assert_eq!(Verdict::from_status(404), Verdict::Stop(ErrorKind::Client));
    /// ```
    #[must_use]
    pub const fn from_status(status: u16) -> Self {
        match status {
            408 | 504 => Self::Retry(ErrorKind::Timeout),
            425 => Self::Retry(ErrorKind::Transient),
            429 => Self::Retry(ErrorKind::RateLimit),
            500 | 502 | 503 => Self::Retry(ErrorKind::Server),
            501..=599 => Self::Stop(ErrorKind::Server),
            400..=499 => Self::Stop(ErrorKind::Client),
            100..=399 => Self::Success,
            _ => Self::Retry(ErrorKind::Unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_statuses_are_retried_and_every_number_has_a_verdict() {
        let retried: Vec<_> = (100..600)
            .filter(|status| matches!(Verdict::from_status(*status), Verdict::Retry(_)))
            .collect();
        assert_eq!(retried, [408, 425, 429, 500, 502, 503, 504]);
        for status in [0, 99, 600, 1_000, u16::MAX] {
            assert_eq!(Verdict::from_status(status), Verdict::Retry(ErrorKind::Unknown));
        }
        assert_eq!(Verdict::from_status(204), Verdict::Success);
    }
}
