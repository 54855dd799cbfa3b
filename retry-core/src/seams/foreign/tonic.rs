//! `tonic::Status`: how a gRPC call ended.
//!
//! The codes are a closed list with a meaning each, and gRPC's own advice is to retry only what was
//! refused before it was worked on. What a server could not even describe is left to the chain of
//! sources, where tonic keeps the error of the connection.

use std::error::Error;

use tonic::{Code, Status};

use crate::seams::chain::verdict_of;
use crate::seams::classify::Classify;
use crate::values::kind::{ErrorKind, Verdict};

/// | code | verdict |
/// |---|---|
/// | `Ok` | success |
/// | `Unavailable` | retry, server |
/// | `DeadlineExceeded` | retry, timeout |
/// | `ResourceExhausted` | retry, rate limit |
/// | `Aborted` | retry, transient |
/// | `Unknown` | as its sources say, else retry, unknown |
/// | `Internal`, `DataLoss` | stop, server: work may have been done and lost |
/// | `Cancelled` | stop, permanent: somebody wanted an end |
/// | `InvalidArgument`, `NotFound`, `AlreadyExists`, `PermissionDenied`, `Unauthenticated`, `FailedPrecondition`, `OutOfRange`, `Unimplemented` | stop, client |
impl Classify for Status {
    fn classify(&self) -> Verdict {
        verdict_of(self)
    }
}

pub(super) fn known(error: &(dyn Error + 'static)) -> Option<Verdict> {
    Some(match error.downcast_ref::<Status>()?.code() {
        Code::Ok => Verdict::Success,
        Code::Unavailable => Verdict::Retry(ErrorKind::Server),
        Code::DeadlineExceeded => Verdict::Retry(ErrorKind::Timeout),
        Code::ResourceExhausted => Verdict::Retry(ErrorKind::RateLimit),
        Code::Aborted => Verdict::Retry(ErrorKind::Transient),
        Code::Unknown => return None,
        Code::Internal | Code::DataLoss => Verdict::Stop(ErrorKind::Server),
        Code::Cancelled => Verdict::Stop(ErrorKind::Permanent),
        Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::Unauthenticated
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Unimplemented => Verdict::Stop(ErrorKind::Client),
    })
}
