//! What became of a call's dead letter, as the call's error says it.
//!
//! A letter that could not be stored is work that nobody will find again. A log line alone would be
//! easy to miss, so the error that ends the call carries the sink's failure as well.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// What became of the dead letter of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LetterFate {
    /// The sink has it.
    Stored,
    /// The sink does not have it: what was to be done, and was not, is known to the caller alone.
    Failed(SinkError),
}

/// A sink did not store a dead letter.
///
/// Its source is what went wrong, and its own text does not repeat that.
///
/// ```
/// use std::io;
/// use retry_core::SinkError;
///
/// let full = SinkError::transient(io::Error::from(io::ErrorKind::StorageFull));
/// assert!(!full.is_permanent());
/// assert_eq!(full.to_string(), "the dead letter was not stored");
/// assert_eq!(full.cause().to_string(), "no storage space");
///
/// assert!(SinkError::permanent("the letter is above the limit of 1 MiB").is_permanent());
/// ```
#[derive(Clone, Debug)]
pub struct SinkError {
    permanent: bool,
    cause: Arc<dyn Error + Send + Sync>,
}

impl SinkError {
    /// A failure that may be gone later: no connection, no space left.
    #[must_use]
    pub fn transient(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { permanent: false, cause: cause.into().into() }
    }

    /// A failure that the same letter would meet again: it is too large, the sink may not be written
    /// to.
    #[must_use]
    pub fn permanent(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { permanent: true, cause: cause.into().into() }
    }

    /// Whether the same letter would fail in the same way again.
    #[must_use]
    pub const fn is_permanent(&self) -> bool {
        self.permanent
    }

    /// What went wrong; also its [`source`](Error::source).
    #[must_use]
    pub fn cause(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.cause
    }
}

/// Two are equal when they are clones of one failure: a cause of any type cannot be compared.
impl PartialEq for SinkError {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.cause, &other.cause)
    }
}

impl Eq for SinkError {}

impl fmt::Display for SinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.permanent {
            "the dead letter cannot be stored"
        } else {
            "the dead letter was not stored"
        })
    }
}

impl Error for SinkError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.cause)
    }
}
