//! Annotated functions of every shape in a crate that denies every warning there is: compiled in
//! each edition, and linted with all of clippy's `pedantic` and `nursery`.

#![deny(warnings, missing_docs, unused, unreachable_pub, clippy::all, clippy::pedantic)]
#![deny(clippy::nursery, rust_2018_idioms)]
#![forbid(unsafe_code)]

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;

use retry_core::{with_retry, Attempt, Classify, Retry, RetryError, Retrying, Stopped};

/// What can go wrong.
#[derive(Debug)]
pub enum Failure {
    /// I/O.
    Io(io::Error),
    /// The call ended first.
    Stopped(Stopped),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failure")
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Stopped(stopped) => Some(stopped),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Stopped> for Failure {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}

/// What says itself what it is.
#[derive(Debug, Classify)]
#[retry(transient)]
#[non_exhaustive]
pub enum Derived<'a, E>
where
    E: fmt::Debug,
{
    /// As the enum says.
    Busy,
    /// As the enum says, too.
    Moved(&'a str),
    /// By its kind.
    #[retry(network)]
    Unreachable,
    /// Of the same kind.
    #[retry(network)]
    r#Unplugged,
    /// With a wait.
    #[retry(rate_limit, after = r#type)]
    Throttled {
        /// The wait.
        r#type: Option<std::time::Duration>,
        /// Not read.
        limit: u32,
    },
    /// By its status.
    #[retry(status = 0, after = 1)]
    Http(u16, std::time::Duration),
    /// By the same field.
    #[retry(status)]
    Plain(u16),
    /// By the inner error.
    #[retry(transparent)]
    Io(io::Error),
    /// By what nothing is known of.
    #[retry(transparent)]
    Generic(E),
    /// By what borrows.
    #[retry(transparent)]
    Borrowed(&'a io::Error),
    /// Kept for a while.
    #[deprecated]
    #[retry(client)]
    Old,
    /// In every build.
    #[cfg(not(any()))]
    #[retry(permanent)]
    Everywhere,
    /// In no build.
    #[cfg(any())]
    Nowhere,
}

/// Never.
#[derive(Clone, Copy, Debug, Classify)]
pub enum Never {}

/// One sort.
#[derive(Clone, Copy, Debug, Classify)]
#[retry(network)]
pub struct Unreachable;

/// One wait.
#[derive(Clone, Copy, Debug, Classify)]
#[retry(rate_limit, after = 0)]
pub struct Throttled(pub std::time::Duration);

/// One error.
#[derive(Debug, Classify)]
#[retry(transparent)]
pub struct Wrapped {
    /// The one.
    pub source: io::Error,
}

fn third(calls: u32) -> io::Result<u32> {
    if calls < 3 {
        return Err(io::ErrorKind::ConnectionReset.into());
    }
    Ok(calls)
}

/// One line.
///
/// # Errors
///
/// Always.
#[with_retry(max_attempts = 2, initial_delay = "1ms")]
pub async fn one_line() -> Result<u32, Failure> {
    Err(io::Error::from(io::ErrorKind::Other).into())
}

/// One line that blocks.
///
/// # Errors
///
/// Always.
#[with_retry(max_attempts = 2, initial_delay = "1ms")]
pub fn one_blocking_line() -> Result<u32, Failure> {
    Err(io::Error::from(io::ErrorKind::Other).into())
}

/// Every key.
///
/// # Errors
///
/// When it is not yet time.
#[with_retry(
    max_attempts = 4,
    strategy = "exponential",
    initial_delay = "1ms",
    max_delay = "1s",
    multiplier = 3,
    jitter = 0.2,
    timeout = "1m",
    attempt_timeout = "10s",
    retry_on = [io::Error, kind(timeout)],
    never_on = fmt::Error,
    retry_if = |_, attempt: &Attempt| attempt.number() < 9,
    retry_if_ok = |value| *value > 100,
    name = "shapes::every_key",
    service = "shapes",
    context = attempt,
    on_retry = |retrying| told.push(retrying.delay()),
)]
pub async fn every_key(
    calls: &mut u32,
    told: &mut Vec<std::time::Duration>,
) -> Result<u32, Failure> {
    *calls += 1;
    debug_assert_eq!(attempt.number(), *calls);
    Ok(third(*calls)?)
}

/// A client.
#[derive(Clone, Debug, Default)]
pub struct Client {
    calls: u32,
}

impl Client {
    /// By mutable reference.
    ///
    /// # Errors
    ///
    /// When it is not yet time.
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    pub async fn exclusive(&mut self, name: String, list: Vec<u32>) -> Result<u32, Failure> {
        self.calls += 1;
        drop(name);
        Ok(third(self.calls + u32::from(list.len() > 9))?)
    }

    /// By reference count.
    ///
    /// # Errors
    ///
    /// Always.
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    pub async fn shared(self: Arc<Self>, mut list: Vec<u32>) -> Result<u32, RetryError<Failure>> {
        list.push(self.calls);
        let this = self;
        third(this.calls)?;
        Ok(list.iter().sum())
    }

    /// Blocks.
    ///
    /// # Errors
    ///
    /// When it is not yet time.
    #[with_retry(max_attempts = 3, initial_delay = "0s", on_retry = Self::told)]
    pub fn blocking(&mut self, (a, b): (u32, u32)) -> io::Result<u32> {
        self.calls += 1;
        third(self.calls).map(|calls| calls + a + b)
    }

    /// Blocks, and consumes what it is given.
    ///
    /// # Errors
    ///
    /// When it is not yet time.
    #[with_retry(max_attempts = 3, initial_delay = "0s")]
    pub fn consuming(&mut self, mut list: Vec<u32>) -> io::Result<Vec<u32>> {
        self.calls += 1;
        list.push(third(self.calls)?);
        Ok(list)
    }

    fn told(retrying: &Retrying<'_, io::Error>) {
        debug_assert!(retrying.error().is_some());
    }
}

/// A future of its own.
///
/// # Errors
///
/// When it is not yet time.
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
pub fn opaque(calls: &mut u32) -> impl Future<Output = Result<u32, Failure>> + '_ {
    async move {
        *calls += 1;
        Ok(third(*calls)?)
    }
}

/// A boxed future.
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
pub fn boxed(calls: &mut u32) -> Pin<Box<dyn Future<Output = Result<u32, Failure>> + '_>> {
    Box::pin(async move {
        *calls += 1;
        Ok(third(*calls)?)
    })
}

/// Generic, with a lifetime in what it returns.
///
/// # Errors
///
/// When it is not yet time.
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
pub async fn generic<'a, T, E>(value: &'a T, calls: &mut u32) -> Result<&'a T, E>
where
    T: Sync,
    E: From<io::Error> + fmt::Debug,
{
    *calls += 1;
    third(*calls)?;
    Ok(value)
}

/// Nothing is a failure.
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
pub async fn option(calls: &mut u32) -> Option<u32> {
    *calls += 1;
    third(*calls).ok()
}

/// By what its error says.
///
/// # Errors
///
/// Always.
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
pub async fn derived(calls: &mut u32) -> Result<u32, Derived<'static, io::Error>> {
    *calls += 1;
    Err(if *calls < 2 { Derived::Unreachable } else { Derived::Io(io::ErrorKind::NotFound.into()) })
}

/// A client with a handle.
#[derive(Clone, Debug)]
pub struct Caller {
    retry: Arc<Retry>,
    calls: u32,
}

impl Caller {
    /// Over the handle, by mutable reference.
    ///
    /// # Errors
    ///
    /// When it is not yet time.
    #[with_retry(retry = self.retry)]
    pub async fn exclusive(&mut self, name: String) -> Result<u32, RetryError<io::Error>> {
        self.calls += 1;
        drop(name);
        third(self.calls)
    }

    /// Over the handle, by value, with the keys that go beside it.
    ///
    /// # Errors
    ///
    /// Always.
    #[with_retry(
        retry = &self.retry,
        retry_on = [io::Error, kind(timeout)],
        never_on = fmt::Error,
        retry_if = |_, attempt: &Attempt| attempt.number() < 9,
        retry_if_ok = |value| value.1 > 100,
        context = attempt,
        on_retry = |retrying| told.push(retrying.delay()),
        fallback = Err,
    )]
    pub fn consumed(
        self,
        told: &mut Vec<std::time::Duration>,
    ) -> Result<(Arc<Retry>, u32), Failure> {
        Ok((self.retry, third(self.calls + attempt.number() % 2)?))
    }
}

#[cfg(test)]
#[tokio::test(start_paused = true)]
async fn every_shape_is_retried() {
    assert!(one_line().await.is_err());
    assert!(one_blocking_line().is_err());
    let mut told = Vec::new();
    assert_eq!(every_key(&mut 0, &mut told).await.unwrap(), 3);
    assert_eq!(told.len(), 2);
    let mut client = Client::default();
    assert_eq!(client.exclusive("a".to_string(), vec![1]).await.unwrap(), 3);
    let error = Arc::new(Client::default()).shared(vec![1]).await.unwrap_err();
    assert_eq!(error.attempts(), 3);
    assert_eq!(Client::default().blocking((1, 2)).unwrap(), 6);
    assert_eq!(Client::default().consuming(vec![1]).unwrap(), [1, 3]);
    assert_eq!(opaque(&mut 0).await.unwrap(), 3);
    assert_eq!(boxed(&mut 0).await.unwrap(), 3);
    assert_eq!(*generic::<_, Failure>(&7, &mut 0).await.unwrap(), 7);
    assert_eq!(option(&mut 0).await, Some(3));
    let mut calls = 0;
    assert!(derived(&mut calls).await.is_err());
    assert_eq!(calls, 2);
    let policy = retry_core::RetryPolicy::new().with_initial_delay(std::time::Duration::ZERO);
    let mut caller = Caller { retry: Arc::new(Retry::new(policy)), calls: 0 };
    assert_eq!(caller.exclusive("a".to_string()).await.unwrap(), 3);
    assert_eq!(caller.consumed(&mut told).unwrap().1, 4);
}
