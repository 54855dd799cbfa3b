//! The types of `http`: a status, a response, a request that could not be made.
//!
//! Clients and servers share these types, and a handler often fails with a bare status. A status
//! is as its number; an error of the crate itself is a request that was put together wrongly, the
//! same way every time.

use std::error::Error;
use std::time::{Duration, SystemTime};

use http::header::{InvalidHeaderName, InvalidHeaderValue, MaxSizeReached};
use http::method::InvalidMethod;
use http::uri::{InvalidUri, InvalidUriParts};
use http::{Response, StatusCode};

use crate::seams::classify::Classify;
use crate::seams::fields::StatusField;
use crate::seams::hint::retry_after;
use crate::seams::http_outcome::HttpOutcome;
use crate::values::kind::{ErrorKind, Verdict};

/// | what | verdict |
/// |---|---|
/// | any status | by its number, see [`Verdict::from_status`] |
impl Classify for StatusCode {
    fn classify(&self) -> Verdict {
        Verdict::from_status(self.as_u16())
    }
}

/// | what | verdict |
/// |---|---|
/// | any error, or one that it is made from: an invalid URI, method, header name or value | stop, client |
impl Classify for http::Error {
    fn classify(&self) -> Verdict {
        UNMADE
    }
}

impl StatusField for StatusCode {
    fn status(&self) -> u16 {
        self.as_u16()
    }
}

/// The wait is read out of the headers, by [`retry_after`].
impl<T> HttpOutcome for Response<T> {
    fn http_status(&self) -> Option<u16> {
        Some(self.status().as_u16())
    }

    fn retry_after(&self) -> Option<Duration> {
        retry_after(self.headers(), SystemTime::now())
    }
}

const UNMADE: Verdict = Verdict::Stop(ErrorKind::Client);

pub(super) fn known(error: &(dyn Error + 'static)) -> Option<Verdict> {
    let unmade = error.is::<http::Error>()
        || error.is::<InvalidUri>()
        || error.is::<InvalidUriParts>()
        || error.is::<InvalidMethod>()
        || error.is::<InvalidHeaderName>()
        || error.is::<InvalidHeaderValue>()
        || error.is::<MaxSizeReached>();
    unmade.then_some(UNMADE)
}
