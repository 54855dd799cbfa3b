//! The errors of `hyper`, and of the pooled client of `hyper-util`.
//!
//! Most HTTP libraries fail through these. Whatever they report of a connection that ended passes
//! with the next connection; what the caller's own code did is as that code's error is.

use std::error::Error as StdError;

use hyper_util::client::legacy;

use crate::seams::chain::{known_in_chain, verdict_of};
use crate::seams::classify::Classify;
use crate::values::kind::{ErrorKind, Verdict};

/// | error | verdict |
/// |---|---|
/// | a timeout | retry, timeout |
/// | the connection ended: incomplete message, closed, canceled, shutdown | retry, network |
/// | an answer that is no HTTP | retry, server |
/// | the caller's own body or service failed | as its sources say, else stop, client |
/// | anything else | as its sources say, such as an I/O error, else retry, unknown |
impl Classify for hyper::Error {
    fn classify(&self) -> Verdict {
        verdict_of(self)
    }
}

/// | error | verdict |
/// |---|---|
/// | no connection | retry, timeout where its sources say so, else network |
/// | anything else | as its sources say, else retry, unknown |
impl Classify for legacy::Error {
    fn classify(&self) -> Verdict {
        verdict_of(self)
    }
}

pub(super) fn known(error: &(dyn StdError + 'static)) -> Option<Verdict> {
    if let Some(error) = error.downcast_ref::<legacy::Error>() {
        return error.is_connect().then(|| not_connected(error));
    }
    let error = error.downcast_ref::<hyper::Error>()?;
    if error.is_timeout() {
        Some(Verdict::Retry(ErrorKind::Timeout))
    } else if error.is_incomplete_message()
        || error.is_closed()
        || error.is_canceled()
        || error.is_shutdown()
    {
        Some(Verdict::Retry(ErrorKind::Network))
    } else if error.is_parse() {
        Some(Verdict::Retry(ErrorKind::Server))
    } else if error.is_user() {
        let source = error.source().and_then(known_in_chain);
        Some(source.unwrap_or(Verdict::Stop(ErrorKind::Client)))
    } else {
        None
    }
}

fn not_connected(error: &legacy::Error) -> Verdict {
    const TIMEOUT: Verdict = Verdict::Retry(ErrorKind::Timeout);
    match error.source().and_then(known_in_chain) {
        Some(TIMEOUT) => TIMEOUT,
        _ => Verdict::Retry(ErrorKind::Network),
    }
}
