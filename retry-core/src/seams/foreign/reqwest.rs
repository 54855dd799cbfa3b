//! The errors and responses of `reqwest`.
//!
//! Its error says in which phase a request failed, and keeps what happened in its sources. A phase
//! that settles the matter decides; in the others, such as a body that broke off, what happened
//! says more, and the phase only decides where the sources are not known.

use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

use reqwest::{Error, Response};

use crate::seams::chain::{known_in_chain, verdict_of};
use crate::seams::classify::Classify;
use crate::seams::hint::retry_after;
use crate::seams::http_outcome::HttpOutcome;
use crate::values::kind::{ErrorKind, Verdict};

/// The first line that holds decides:
///
/// | error | verdict |
/// |---|---|
/// | a timeout, also of the connection | retry, timeout |
/// | no connection: refused, no such host | retry, network |
/// | a status | by its number, see [`Verdict::from_status`] |
/// | the request could not be built | stop, client |
/// | a redirect that is not followed: too many, a loop | stop, permanent |
/// | a body that broke off | as its sources say, else retry, network |
/// | a body that could not be decoded | as its sources say, else stop, permanent |
/// | anything else | as its sources say, else retry, unknown |
impl Classify for Error {
    fn classify(&self) -> Verdict {
        verdict_of(self)
    }
}

/// The status of an error from `error_for_status`. It has no headers any more, and so no wait.
impl HttpOutcome for Error {
    fn http_status(&self) -> Option<u16> {
        Some(self.status()?.as_u16())
    }
}

/// The wait is read out of the headers, by [`retry_after`].
impl HttpOutcome for Response {
    fn http_status(&self) -> Option<u16> {
        Some(self.status().as_u16())
    }

    fn retry_after(&self) -> Option<Duration> {
        retry_after(self.headers(), SystemTime::now())
    }
}

pub(super) fn known(error: &(dyn StdError + 'static)) -> Option<Verdict> {
    let error = error.downcast_ref::<Error>()?;
    let sources_or = |verdict| Some(error.source().and_then(known_in_chain).unwrap_or(verdict));
    if error.is_timeout() {
        Some(Verdict::Retry(ErrorKind::Timeout))
    } else if error.is_connect() {
        Some(Verdict::Retry(ErrorKind::Network))
    } else if let Some(status) = error.status() {
        Some(Verdict::from_status(status.as_u16()))
    } else if error.is_builder() {
        Some(Verdict::Stop(ErrorKind::Client))
    } else if error.is_redirect() {
        Some(Verdict::Stop(ErrorKind::Permanent))
    } else if error.is_body() {
        sources_or(Verdict::Retry(ErrorKind::Network))
    } else if error.is_decode() {
        // A body that breaks off while it is decoded is one of these, too.
        sources_or(Verdict::Stop(ErrorKind::Permanent))
    } else {
        None
    }
}
