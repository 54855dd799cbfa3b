//! What is known about foreign errors, anywhere in a chain of sources.
//!
//! An application's error often only wraps what went wrong: an `io::Error` inside an HTTP client's
//! error inside its own. The chain is walked from the outside in, and the first link that says
//! something decides: the standard library's I/O errors by their kind, a timeout of tokio, the
//! errors of other crates behind the feature of each, and every type that the application has
//! registered.
//!
//! ```
//! use std::io;
//! use retry_core::{ByChain, ErrorKind, Verdict, verdict_of};
//!
//! let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
//! let wrapped: Box<dyn std::error::Error> = Box::new(io::Error::other(refused));
//! assert_eq!(verdict_of(&*wrapped), Verdict::Retry(ErrorKind::Network));
//! ```

use std::any::TypeId;
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::{PoisonError, RwLock};

use crate::seams::classify::Classifier;
use crate::seams::foreign;
use crate::values::attempt::Attempt;
use crate::values::kind::{ErrorKind, Verdict};
use crate::values::stop::{StopReason, Stopped};

/// The verdict on an error, from the first link of its chain of sources that is known:
/// [`ErrorKind::Unknown`], which is retried, where none is.
///
/// Allocates nothing.
#[must_use]
pub fn verdict_of(error: &(dyn Error + 'static)) -> Verdict {
    known_in_chain(error).unwrap_or(Verdict::Retry(ErrorKind::Unknown))
}

pub(crate) fn known_in_chain(error: &(dyn Error + 'static)) -> Option<Verdict> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(verdict) = known(error) {
            return Some(verdict);
        }
        next = error.source();
    }
    None
}

/// What one link says, without its sources.
fn known(error: &(dyn Error + 'static)) -> Option<Verdict> {
    if let Some(verdict) = registered(error) {
        return Some(verdict);
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return io_verdict(error);
    }
    if error.is::<tokio::time::error::Elapsed>() {
        return Some(Verdict::Retry(ErrorKind::Timeout));
    }
    if let Some(stopped) = error.downcast_ref::<Stopped>() {
        return Some(stopped_verdict(stopped));
    }
    foreign::known(error)
}

/// An I/O error by its kind. One that only wraps another error is as that is; its `source` would
/// pass over it.
fn io_verdict(error: &io::Error) -> Option<Verdict> {
    match io_kind(error.kind()) {
        Some(kind) => Some(kind.into()),
        None => known_in_chain(error.get_ref()?),
    }
}

/// The sort of an I/O error, `None` where its kind says nothing.
const fn io_kind(kind: io::ErrorKind) -> Option<ErrorKind> {
    use io::ErrorKind as Io;
    Some(match kind {
        Io::ConnectionRefused
        | Io::ConnectionReset
        | Io::ConnectionAborted
        | Io::HostUnreachable
        | Io::NetworkUnreachable
        | Io::NetworkDown
        | Io::NotConnected
        | Io::BrokenPipe
        | Io::UnexpectedEof
        | Io::StaleNetworkFileHandle => ErrorKind::Network,
        Io::TimedOut => ErrorKind::Timeout,
        Io::Interrupted
        | Io::WouldBlock
        | Io::AddrInUse
        | Io::AddrNotAvailable
        | Io::ResourceBusy
        | Io::ExecutableFileBusy
        | Io::Deadlock
        | Io::OutOfMemory => ErrorKind::Transient,
        Io::NotFound
        | Io::PermissionDenied
        | Io::AlreadyExists
        | Io::NotADirectory
        | Io::IsADirectory
        | Io::DirectoryNotEmpty
        | Io::ReadOnlyFilesystem
        | Io::InvalidInput
        | Io::InvalidData
        | Io::InvalidFilename
        | Io::ArgumentListTooLong
        | Io::NotSeekable
        | Io::FileTooLarge
        | Io::CrossesDevices
        | Io::TooManyLinks
        | Io::StorageFull
        | Io::QuotaExceeded
        | Io::WriteZero
        | Io::Unsupported => ErrorKind::Permanent,
        _ => return None,
    })
}

/// The end of an inner call that was retried already. What a gate or a budget refused, it refused to
/// keep load away: another layer does not get around that, nor around a shutdown. The rest is as its last failure was: the
/// budget of the outer call bounds how often the attempts of two layers multiply.
pub(crate) const fn stopped_verdict(stopped: &Stopped) -> Verdict {
    match stopped.reason() {
        StopReason::Cancelled | StopReason::NotRetryable => Verdict::Stop(ErrorKind::Permanent),
        StopReason::DeadlineExceeded => Verdict::Retry(ErrorKind::Timeout),
        StopReason::CircuitOpen => Verdict::Stop(ErrorKind::CircuitBreaker),
        StopReason::Throttled => Verdict::Stop(ErrorKind::RateLimit),
        StopReason::Budget | StopReason::Shutdown => match stopped.kind() {
            Some(kind) => Verdict::Stop(kind),
            None => Verdict::Stop(ErrorKind::Unknown),
        },
        StopReason::AttemptsExhausted | StopReason::HintTooLong => match stopped.kind() {
            Some(kind) => Verdict::Retry(kind),
            None => Verdict::Retry(ErrorKind::Unknown),
        },
    }
}

type Ask = Box<dyn Fn(&(dyn Error + 'static)) -> Option<Verdict> + Send + Sync>;

static REGISTERED: RwLock<Vec<(TypeId, Ask)>> = RwLock::new(Vec::new());

/// Says, for the whole process, what the errors of a foreign type are: found from then on anywhere
/// in a chain of sources, before what is known without it.
///
/// Meant for the start of a program, once for each type. Costs a call that succeeds nothing, and
/// one that fails a shared lock.
///
/// ```
/// use std::num::ParseIntError;
/// use retry_core::{ErrorKind, Verdict, classify_foreign, verdict_of};
///
/// classify_foreign(|_: &ParseIntError| Verdict::Stop(ErrorKind::Permanent))?;
/// let error = "x".parse::<u32>().unwrap_err();
/// assert_eq!(verdict_of(&error), Verdict::Stop(ErrorKind::Permanent));
/// # Ok::<_, retry_core::AlreadyClassified>(())
/// ```
///
/// # Errors
///
/// When the type has a classifier already, which stays.
pub fn classify_foreign<E, C>(classify: C) -> Result<(), AlreadyClassified>
where
    E: Error + 'static,
    C: Fn(&E) -> Verdict + Send + Sync + 'static,
{
    let id = TypeId::of::<E>();
    let mut registered = REGISTERED.write().unwrap_or_else(PoisonError::into_inner);
    if registered.iter().any(|(known, _)| *known == id) {
        return Err(AlreadyClassified { name: std::any::type_name::<E>() });
    }
    registered.push((id, Box::new(move |error| error.downcast_ref().map(&classify))));
    Ok(())
}

fn registered(error: &(dyn Error + 'static)) -> Option<Verdict> {
    let registered = REGISTERED.read().unwrap_or_else(PoisonError::into_inner);
    registered.iter().find_map(|(_, ask)| ask(error))
}

/// A second classifier for one type; see [`classify_foreign`]. Permanent: register each type once,
/// at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadyClassified {
    name: &'static str,
}

impl fmt::Display for AlreadyClassified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` has a classifier already; each type is registered once", self.name)
    }
}

impl Error for AlreadyClassified {}

/// Asks the chain of sources of any error: for a handle whose errors are of a foreign type.
///
/// ```
/// use retry_core::{ByChain, Retry, RetryPolicy};
///
/// let retry = Retry::new(RetryPolicy::new()).with_classifier(ByChain);
/// let result = retry.run_blocking(|| std::fs::read_to_string("/no/such/file"));
/// assert_eq!(result.unwrap_err().attempts(), 1);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ByChain;

impl<E: Error + 'static> Classifier<E> for ByChain {
    fn verdict(&self, error: &E, _: &Attempt) -> Verdict {
        verdict_of(error)
    }
}
