//! What foreign errors are, found without any setup, anywhere in a chain of sources.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use retry_core::{
    AlreadyClassified, ByChain, Classify, ErrorKind, Retry, RetryPolicy, Verdict, classify_foreign,
    verdict_of, with_retry,
};

use ErrorKind::{Network, Permanent, Timeout, Transient, Unknown};
use Verdict::{Retry as Again, Stop};

/// An error that only wraps another.
#[derive(Debug)]
struct Wrapped<E>(E);

impl<E> fmt::Display for Wrapped<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("wrapped")
    }
}

impl<E: Error + 'static> Error for Wrapped<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

/// An error of which nobody knows anything.
#[derive(Debug)]
struct Strange;

impl fmt::Display for Strange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("strange")
    }
}

impl Error for Strange {}

#[test]
fn every_kind_of_io_error_has_its_verdict() {
    use io::ErrorKind as Io;
    let table = [
        (
            Again(Network),
            &[
                Io::ConnectionRefused,
                Io::ConnectionReset,
                Io::ConnectionAborted,
                Io::HostUnreachable,
                Io::NetworkUnreachable,
                Io::NetworkDown,
                Io::NotConnected,
                Io::BrokenPipe,
                Io::UnexpectedEof,
                Io::StaleNetworkFileHandle,
            ][..],
        ),
        (Again(Timeout), &[Io::TimedOut]),
        (
            Again(Transient),
            &[
                Io::Interrupted,
                Io::WouldBlock,
                Io::AddrInUse,
                Io::AddrNotAvailable,
                Io::ResourceBusy,
                Io::ExecutableFileBusy,
                Io::Deadlock,
                Io::OutOfMemory,
            ],
        ),
        (
            Stop(Permanent),
            &[
                Io::NotFound,
                Io::PermissionDenied,
                Io::AlreadyExists,
                Io::NotADirectory,
                Io::IsADirectory,
                Io::DirectoryNotEmpty,
                Io::ReadOnlyFilesystem,
                Io::InvalidInput,
                Io::InvalidData,
                Io::InvalidFilename,
                Io::ArgumentListTooLong,
                Io::NotSeekable,
                Io::FileTooLarge,
                Io::CrossesDevices,
                Io::TooManyLinks,
                Io::StorageFull,
                Io::QuotaExceeded,
                Io::WriteZero,
                Io::Unsupported,
            ],
        ),
        (Again(Unknown), &[Io::Other]),
    ];
    for (verdict, kinds) in table {
        for kind in kinds {
            assert_eq!(io::Error::from(*kind).classify(), verdict, "{kind:?}");
            assert_eq!(verdict_of(&Wrapped(Wrapped(io::Error::from(*kind)))), verdict, "{kind:?}");
        }
    }
}

#[test]
fn an_io_error_that_only_wraps_another_is_as_that_is() {
    let inner = io::Error::from(io::ErrorKind::NotFound);
    assert_eq!(io::Error::other(Wrapped(inner)).classify(), Stop(Permanent));
    assert_eq!(io::Error::other(Strange).classify(), Again(Unknown));
    // Its own kind says more than what it carries.
    assert_eq!(io::Error::new(io::ErrorKind::TimedOut, Strange).classify(), Again(Timeout));
}

#[test]
fn what_is_inside_a_pointer_to_an_error_is_found() {
    let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
    let boxed: Box<dyn Error> = Box::new(Wrapped(refused()));
    assert_eq!(boxed.classify(), Again(Network));
    let boxed: Box<dyn Error + Send + Sync> = Box::new(refused());
    assert_eq!(boxed.classify(), Again(Network));
    assert_eq!(Box::<dyn Error + Send + Sync>::from("text").classify(), Again(Unknown));
    let context = anyhow::Error::new(refused()).context("while connecting");
    assert_eq!(verdict_of(context.as_ref()), Again(Network));
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_tokio_is_a_timeout() {
    let elapsed = tokio::time::timeout(Duration::from_secs(1), std::future::pending::<()>()).await;
    let elapsed = elapsed.unwrap_err();
    assert_eq!(verdict_of(&Wrapped(elapsed)), Again(Timeout));
}

#[test]
fn a_registered_type_is_known_everywhere_and_registered_once() {
    /// Registered by no other test.
    #[derive(Debug)]
    struct Refused(bool);
    impl fmt::Display for Refused {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("refused")
        }
    }
    impl Error for Refused {}

    let verdict = |error: &Refused| if error.0 { Stop(Permanent) } else { Again(Transient) };
    assert_eq!(verdict_of(&Refused(true)), Again(Unknown));
    classify_foreign(verdict).unwrap();
    assert_eq!(verdict_of(&Wrapped(Refused(true))), Stop(Permanent));
    assert_eq!(verdict_of(&io::Error::other(Refused(false))), Again(Transient));
    let error: AlreadyClassified = classify_foreign(|_: &Refused| Stop(Permanent)).unwrap_err();
    assert!(error.to_string().contains("Refused` has a classifier already"), "{error}");
    assert_eq!(verdict_of(&Refused(false)), Again(Transient), "the first one stays");
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn fails<E: 'static>(calls: &mut u32, error: fn() -> E) -> Result<(), E> {
    *calls += 1;
    Err(error())
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn fails_with_anyhow(calls: &mut u32, kind: io::ErrorKind) -> anyhow::Result<()> {
    *calls += 1;
    Err(io::Error::from(kind))?;
    Ok(())
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn fails_wrapped(calls: &mut u32, kind: io::ErrorKind) -> Result<(), Wrapped<io::Error>> {
    *calls += 1;
    Err(Wrapped(kind.into()))
}

#[tokio::test(start_paused = true)]
async fn an_annotated_function_stops_at_what_will_not_pass() {
    let (gone, late) = (io::ErrorKind::NotFound, io::ErrorKind::TimedOut);
    let mut calls = 0;
    fails_wrapped(&mut calls, gone).await.unwrap_err();
    fails_with_anyhow(&mut calls, gone).await.unwrap_err();
    assert_eq!(calls, 2);
    fails_wrapped(&mut calls, late).await.unwrap_err();
    fails_with_anyhow(&mut calls, late).await.unwrap_err();
    assert_eq!(calls, 2 + 3 + 3);
}

#[tokio::test(start_paused = true)]
async fn what_says_nothing_of_itself_is_retried() {
    let mut calls = 0;
    fails(&mut calls, || ()).await.unwrap_err();
    // A generic function knows nothing of its error type.
    fails(&mut calls, || io::Error::from(io::ErrorKind::NotFound)).await.unwrap_err();
    assert_eq!(calls, 3 + 3);
}

#[test]
fn a_handle_for_a_foreign_type_asks_its_chain() {
    let retry = Retry::new(RetryPolicy::new().with_max_delay(Duration::from_millis(100)));
    let retry = retry.with_classifier(ByChain);
    let calls = |kind: io::ErrorKind| {
        let error = retry.run_blocking(|| Err::<(), _>(Wrapped(io::Error::from(kind))));
        error.unwrap_err().attempts()
    };
    assert_eq!(calls(io::ErrorKind::PermissionDenied), 1);
    let clock = retry_core::ManualClock::new();
    let retry = retry.clone().with_clock(clock);
    let error = retry.run_blocking(|| Err::<(), _>(Wrapped(Strange)));
    assert_eq!(error.unwrap_err().attempts(), 3);
}
