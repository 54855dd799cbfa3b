//! What is left of a call that was given up: a letter, and where it goes.
//!
//! A retry helps where the trouble is short. Where it is not, what was to be done must not be gone
//! with the error: it goes to a place from which a person or a program can do it later. That place is
//! an application's own (a table, a queue, a file), so it is a seam.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::values::idempotency_key::IdempotencyKey;
use crate::values::kind::ErrorKind;
use crate::values::letter_fate::SinkError;
use crate::values::stop::{StopReason, Stopped};

/// A letter on its way into a sink.
pub type Storing<'a> = Pin<Box<dyn Future<Output = Result<(), SinkError>> + Send + 'a>>;

/// Where the dead letters of a handle go.
///
/// ```
/// use std::io;
/// use std::path::PathBuf;
/// use retry_core::{DeadLetter, DeadLetterSink, SinkError, Storing};
/// use tokio::fs::OpenOptions;
/// use tokio::io::AsyncWriteExt;
///
/// /// A line for each letter.
/// #[derive(Debug)]
/// struct Journal(PathBuf);
///
/// impl Journal {
///     async fn append(&self, letter: &DeadLetter) -> io::Result<()> {
///         let what = String::from_utf8_lossy(letter.payload());
///         let line = format!("{} {:?} {what:?}\n", letter.reason().as_str(), letter.error());
///         let mut file = OpenOptions::new().create(true).append(true).open(&self.0).await?;
///         file.write_all(line.as_bytes()).await?;
///         file.sync_data().await
///     }
/// }
///
/// impl DeadLetterSink for Journal {
///     fn store(&self, letter: DeadLetter) -> Storing<'_> {
///         Box::pin(async move { self.append(&letter).await.map_err(SinkError::transient) })
///     }
/// }
/// ```
pub trait DeadLetterSink: fmt::Debug + Send + Sync {
    /// Stores the letter. `Ok` promises that it will be found again.
    ///
    /// The call that the letter is about waits for this, with no limit of time, behind no gate, and
    /// asks once: a sink that can hang has a limit of its own, and one that is worth another try
    /// tries again by itself.
    ///
    /// # Errors
    ///
    /// When the letter is not there. It is lost then, and the error of its call says so: a sink that
    /// is full refuses, and throws nothing away.
    ///
    /// # Cancel safety
    ///
    /// The future is dropped when that of the call is. The letter may be stored then, and may not:
    /// an idempotency key tells whether one was stored twice.
    fn store(&self, letter: DeadLetter) -> Storing<'_>;
}

/// What is shared is a sink as well.
impl<S: DeadLetterSink + ?Sized> DeadLetterSink for Arc<S> {
    fn store(&self, letter: DeadLetter) -> Storing<'_> {
        (**self).store(letter)
    }
}

/// A call that was given up, with what is needed to do its work later.
///
/// [`run_with_payload`](crate::Retry::run_with_payload) writes it. A store that reads one back builds
/// it with the setters:
///
/// ```
/// use std::time::SystemTime;
/// use retry_core::{DeadLetter, ErrorKind, StopReason};
///
/// let letter = DeadLetter::new(StopReason::AttemptsExhausted, SystemTime::now(), "order 17")
///     .with_service("orders")
///     .with_kind(ErrorKind::Network)
///     .with_attempts(4);
/// assert_eq!(letter.payload(), b"order 17");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DeadLetter {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) service: Option<Arc<str>>,
    reason: StopReason,
    kind: Option<ErrorKind>,
    attempts: u32,
    elapsed: Duration,
    at: SystemTime,
    pub(crate) key: Option<IdempotencyKey>,
    pub(crate) error: Option<String>,
    payload: Vec<u8>,
}

impl DeadLetter {
    /// A letter about a call that ended for `reason` at `at`, and what was to be done.
    #[must_use]
    pub fn new(reason: StopReason, at: SystemTime, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            name: None,
            service: None,
            reason,
            kind: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            at,
            key: None,
            error: None,
            payload: payload.into(),
        }
    }

    /// A letter about the call that ended like this.
    pub(crate) fn about(stopped: &Stopped, at: SystemTime, payload: Vec<u8>) -> Self {
        Self {
            kind: stopped.kind,
            attempts: stopped.attempts,
            elapsed: stopped.elapsed,
            ..Self::new(stopped.reason, at, payload)
        }
    }

    /// From the handle of this name.
    #[must_use]
    pub fn with_name(self, name: impl Into<Arc<str>>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// About a call to this service.
    #[must_use]
    pub fn with_service(self, service: impl Into<Arc<str>>) -> Self {
        Self { service: Some(service.into()), ..self }
    }

    /// With this sort of last failure.
    #[must_use]
    pub fn with_kind(self, kind: ErrorKind) -> Self {
        Self { kind: Some(kind), ..self }
    }

    /// After this many attempts.
    #[must_use]
    pub fn with_attempts(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// After this much time.
    #[must_use]
    pub fn with_elapsed(self, elapsed: Duration) -> Self {
        Self { elapsed, ..self }
    }

    /// With the key that its attempts had.
    #[must_use]
    pub fn with_idempotency_key(self, key: IdempotencyKey) -> Self {
        Self { key: Some(key), ..self }
    }

    /// With the text of the newest error.
    #[must_use]
    pub fn with_error(self, error: impl Into<String>) -> Self {
        Self { error: Some(error.into()), ..self }
    }

    /// The name of the handle.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The service that was called.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }

    /// Why the call was given up.
    #[must_use]
    pub const fn reason(&self) -> StopReason {
        self.reason
    }

    /// The sort of the last failure; `None` when no attempt failed.
    #[must_use]
    pub const fn kind(&self) -> Option<ErrorKind> {
        self.kind
    }

    /// How many attempts were started; 0 when a gate refused the first.
    #[must_use]
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// From the start of the call to its end.
    #[must_use]
    pub const fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// When the call ended, by the system's clock.
    #[must_use]
    pub const fn at(&self) -> SystemTime {
        self.at
    }

    /// The key that all attempts of the call had; `None` when there was no attempt.
    ///
    /// Who does the work later and sends the same key is safe where an attempt has arrived and only
    /// its answer was lost.
    #[must_use]
    pub const fn idempotency_key(&self) -> Option<IdempotencyKey> {
        self.key
    }

    /// The text of the newest error that an attempt returned; `None` when none did.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// What was to be done, in the words of who made the call.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// What was to be done, by value.
    #[must_use]
    pub fn into_payload(self) -> Vec<u8> {
        self.payload
    }
}

/// Without the payload, which may hold what no log should: its length stands for it.
impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter")
            .field("name", &self.name)
            .field("service", &self.service)
            .field("reason", &self.reason)
            .field("kind", &self.kind)
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .field("at", &self.at)
            .field("key", &self.key)
            .field("error", &self.error)
            .field("payload", &format_args!("{} bytes", self.payload.len()))
            .finish()
    }
}
