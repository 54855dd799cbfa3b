//! `#[derive(Classify)]`: what each form answers, and how an annotated function retries by it.

use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::io;
use std::time::Duration;

use retry_core::{AfterField, Classify, ErrorKind, StatusField, Verdict, with_retry};
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

fn retry(kind: ErrorKind) -> Verdict {
    Verdict::Retry(kind)
}

fn stop(kind: ErrorKind) -> Verdict {
    Verdict::Stop(kind)
}

#[derive(Classify)]
enum Kinds {
    #[retry(transient)]
    Transient,
    #[retry(permanent)]
    Permanent(#[allow(dead_code)] u32),
    #[retry(timeout)]
    Timeout {},
    #[retry(rate_limit)]
    RateLimit(),
    #[retry(circuit_breaker)]
    CircuitBreaker,
    #[retry(network)]
    Network,
    #[retry(server)]
    Server,
    #[retry(client)]
    Client {
        #[allow(dead_code)]
        field: String,
    },
    #[retry(unknown)]
    Unknown,
}

#[test]
fn each_kind_answers_as_it_does_by_default() {
    let values = [
        Kinds::Transient,
        Kinds::Permanent(1),
        Kinds::Timeout {},
        Kinds::RateLimit(),
        Kinds::CircuitBreaker,
        Kinds::Network,
        Kinds::Server,
        Kinds::Client { field: String::new() },
        Kinds::Unknown,
    ];
    for (value, kind) in values.iter().zip(ErrorKind::ALL) {
        assert_eq!(value.classify(), Verdict::from(kind));
    }
}

#[derive(Classify)]
#[retry(transient)]
enum Mostly {
    Busy,
    Full(#[allow(dead_code)] u32),
    #[retry(permanent)]
    Broken,
}

#[test]
fn the_enum_speaks_for_variants_that_say_nothing() {
    assert_eq!(Mostly::Busy.classify(), retry(ErrorKind::Transient));
    assert_eq!(Mostly::Full(1).classify(), retry(ErrorKind::Transient));
    assert_eq!(Mostly::Broken.classify(), stop(ErrorKind::Permanent));
}

#[derive(Classify)]
enum Waits {
    #[retry(rate_limit, after = retry_after)]
    Named {
        retry_after: Duration,
        #[allow(dead_code)]
        other: u32,
    },
    #[retry(after = 1, server)]
    Positioned(#[allow(dead_code)] u32, Option<Duration>),
    #[retry(network, after = r#type)]
    Raw { r#type: Duration },
}

#[test]
fn the_wait_is_read_from_its_field() {
    let named = Waits::Named { retry_after: SECOND, other: 1 };
    assert_eq!(named.classify(), Verdict::RetryAfter(ErrorKind::RateLimit, SECOND));
    let some = Waits::Positioned(1, Some(SECOND));
    assert_eq!(some.classify(), Verdict::RetryAfter(ErrorKind::Server, SECOND));
    assert_eq!(Waits::Positioned(1, None).classify(), retry(ErrorKind::Server));
    let raw = Waits::Raw { r#type: SECOND };
    assert_eq!(raw.classify(), Verdict::RetryAfter(ErrorKind::Network, SECOND));
}

#[derive(Classify)]
enum Statuses {
    #[retry(status)]
    Only(u16),
    #[retry(status)]
    OnlyNamed { code: u16 },
    #[retry(status = code, after = wait)]
    Named { code: u16, wait: Option<Duration> },
    #[retry(status = 1)]
    Positioned(#[allow(dead_code)] String, u16),
    #[retry(status = 0, after = 0)]
    Both(Answer),
}

struct Answer(u16);

impl StatusField for Answer {
    fn status(&self) -> u16 {
        self.0
    }
}

impl AfterField for Answer {
    fn after(&self) -> Option<Duration> {
        Some(SECOND)
    }
}

#[test]
fn a_status_finds_its_kind() {
    for (code, verdict) in [
        (404, stop(ErrorKind::Client)),
        (503, retry(ErrorKind::Server)),
        (429, retry(ErrorKind::RateLimit)),
    ] {
        assert_eq!(Statuses::Only(code).classify(), verdict);
        assert_eq!(Statuses::OnlyNamed { code }.classify(), verdict);
        assert_eq!(Statuses::Positioned(String::new(), code).classify(), verdict);
        assert_eq!(Statuses::Named { code, wait: None }.classify(), verdict);
    }
}

#[test]
fn a_status_that_is_retried_can_come_with_a_wait() {
    let of = |code| Statuses::Named { code, wait: Some(SECOND) }.classify();
    assert_eq!(of(404), stop(ErrorKind::Client));
    assert_eq!(of(503), Verdict::RetryAfter(ErrorKind::Server, SECOND));
    assert_eq!(of(429), Verdict::RetryAfter(ErrorKind::RateLimit, SECOND));
    let both = Statuses::Both(Answer(429)).classify();
    assert_eq!(both, Verdict::RetryAfter(ErrorKind::RateLimit, SECOND));
}

type Boxed = Box<dyn Error + Send + Sync>;

/// Errors of each sort that a transparent one can ask, beside another derive that reads the same
/// marks.
#[derive(Debug, thiserror::Error, Classify)]
enum AppError {
    #[error(transparent)]
    #[retry(transparent)]
    Io(#[from] io::Error),
    #[error("while at {at}")]
    #[retry(transparent)]
    Marked {
        at: u32,
        #[source]
        why: io::Error,
    },
    #[error("while at {at}")]
    #[retry(transparent)]
    Named { at: u32, source: io::Error },
    #[error("either")]
    #[retry(transparent = 1)]
    Chosen(#[source] io::Error, Boxed),
    #[error(transparent)]
    #[retry(transparent)]
    Dynamic(Boxed),
    #[error(transparent)]
    #[retry(transparent)]
    Any(anyhow::Error),
    #[error("own")]
    #[retry(transparent)]
    Own(Mostly),
    #[error("text")]
    #[retry(transparent)]
    Number(u32),
    #[error("{code}")]
    #[retry(status = code, after = after)]
    Http { code: u16, after: Option<Duration> },
}

impl Debug for Mostly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mostly")
    }
}

fn refused() -> io::Error {
    io::ErrorKind::ConnectionRefused.into()
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

#[test]
fn a_transparent_error_answers_as_the_inner_one() {
    let network = retry(ErrorKind::Network);
    let permanent = stop(ErrorKind::Permanent);
    assert_eq!(AppError::from(refused()).classify(), network);
    assert_eq!(AppError::from(missing()).classify(), permanent);
    assert_eq!(AppError::Marked { at: 1, why: missing() }.classify(), permanent);
    assert_eq!(AppError::Named { at: 1, source: missing() }.classify(), permanent);
    assert_eq!(AppError::Chosen(missing(), refused().into()).classify(), network);
    assert_eq!(AppError::Dynamic(missing().into()).classify(), permanent);
    assert_eq!(AppError::Any(missing().into()).classify(), permanent);
    assert_eq!(AppError::Own(Mostly::Broken).classify(), permanent);
    assert_eq!(AppError::Own(Mostly::Busy).classify(), retry(ErrorKind::Transient));
    assert_eq!(AppError::Number(1).classify(), retry(ErrorKind::Unknown));
}

#[derive(Classify)]
#[retry(network)]
struct Unreachable;

#[derive(Classify)]
#[retry(rate_limit, after = 0)]
struct Throttled(Duration);

#[derive(Classify)]
#[retry(status)]
struct Refused {
    status: u16,
}

#[derive(Classify)]
#[retry(transparent)]
struct Wrapped(io::Error);

#[test]
fn a_struct_answers_by_itself() {
    assert_eq!(Unreachable.classify(), retry(ErrorKind::Network));
    assert_eq!(Throttled(SECOND).classify(), Verdict::RetryAfter(ErrorKind::RateLimit, SECOND));
    assert_eq!(Refused { status: 404 }.classify(), stop(ErrorKind::Client));
    assert_eq!(Wrapped(missing()).classify(), stop(ErrorKind::Permanent));
}

/// Parameters and clauses of every sort; `T` has to be asked without knowing how long it lives.
#[derive(Classify)]
enum Generic<'a, T, S: Error + 'static, const N: usize = 1>
where
    T: Classify + ?Sized,
{
    #[retry(transparent)]
    Borrowed(&'a T),
    #[retry(transparent)]
    Owned(S),
    #[retry(transparent = 0)]
    Both(S, #[allow(dead_code)] [u8; N]),
    #[cfg(any())]
    Gone,
    #[cfg(not(any()))]
    #[retry(client)]
    Here,
}

#[derive(Classify)]
#[retry(transparent)]
struct Unbound<E>(E);

#[derive(Classify)]
#[retry(transparent)]
struct Chained<E: Error>(E);

#[derive(Classify)]
#[retry(transparent)]
struct ByWhere<E>(E)
where
    E: Error + 'static;

#[test]
fn parameters_are_carried_over() {
    type Here<'a> = Generic<'a, Mostly, io::Error>;
    assert_eq!(Here::Borrowed(&Mostly::Broken).classify(), stop(ErrorKind::Permanent));
    assert_eq!(Here::Owned(missing()).classify(), stop(ErrorKind::Permanent));
    assert_eq!(Here::Both(missing(), [1]).classify(), stop(ErrorKind::Permanent));
    assert_eq!(Here::Here.classify(), stop(ErrorKind::Client));
    assert_eq!(Unbound(missing()).classify(), retry(ErrorKind::Unknown));
    let source = AppError::Marked { at: 1, why: missing() };
    assert_eq!(Chained(source).classify(), stop(ErrorKind::Permanent));
    assert_eq!(ByWhere(missing()).classify(), stop(ErrorKind::Permanent));
}

#[derive(Classify)]
enum Never {}

#[derive(Classify)]
#[non_exhaustive]
enum Raw {
    #[retry(network)]
    #[allow(non_camel_case_types)]
    r#type,
}

#[derive(Classify)]
#[retry(transient, crate = ::retry_core)]
enum Said {
    A,
}

fn by_classify(error: &impl Classify) -> Verdict {
    error.classify()
}

#[test]
fn odd_names_and_no_variants_are_fine() {
    assert_eq!(None::<Never>.as_ref().map(by_classify), None);
    assert_eq!(Raw::r#type.classify(), retry(ErrorKind::Network));
    assert_eq!(Said::A.classify(), retry(ErrorKind::Transient));
}

/// Names of the prelude mean something else here, and the trait is known by no name.
mod elsewhere {
    #![no_implicit_prelude]
    #![allow(dead_code)]

    enum Option {}
    enum Some {}
    trait From {
        fn from();
    }
    impl From for ::retry_core::Verdict {
        fn from() {}
    }

    #[derive(::retry_core::Classify)]
    pub(crate) enum Odd {
        #[retry(rate_limit, after = 0)]
        None(::std::option::Option<::std::time::Duration>),
        #[retry(transparent)]
        Ok(::std::io::Error),
        #[retry(network)]
        Err,
    }
}

#[test]
fn names_in_scope_change_nothing() {
    assert_eq!(elsewhere::Odd::None(None).classify(), retry(ErrorKind::RateLimit));
    assert_eq!(elsewhere::Odd::Ok(missing()).classify(), stop(ErrorKind::Permanent));
    assert_eq!(elsewhere::Odd::Err.classify(), retry(ErrorKind::Network));
}

macro_rules! errors {
    ($name:ident: $($variant:ident($field:ty) $kind:ident),*) => {
        #[derive(Classify)]
        enum $name {
            $(#[retry($kind, after = 0)] $variant($field)),*
        }
    };
}

errors!(Written: Slow(Duration) timeout, Full(Option<Duration>) rate_limit);

#[test]
fn a_macro_can_write_the_type() {
    let slow = Written::Slow(SECOND).classify();
    assert_eq!(slow, Verdict::RetryAfter(ErrorKind::Timeout, SECOND));
    assert_eq!(Written::Full(None).classify(), retry(ErrorKind::RateLimit));
}

#[with_retry(max_attempts = 4, initial_delay = "10ms", jitter = "none")]
async fn fails<E: Classify + Display>(calls: &mut u32, error: impl Fn(u32) -> E) -> Result<(), E> {
    *calls += 1;
    Err(error(*calls))
}

#[with_retry(max_attempts = 4, initial_delay = "10ms", jitter = "none")]
async fn asks(calls: &mut u32, answers: &[(u16, Option<Duration>)]) -> Result<u32, AppError> {
    let answer = answers[*calls as usize];
    *calls += 1;
    match answer {
        (200, _) => Ok(*calls),
        (code, after) => Err(AppError::Http { code, after }),
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_is_retried_by_what_its_error_says() {
    let start = Instant::now();
    let answers = [(503, None), (429, Some(3 * SECOND)), (200, None)];
    assert_eq!(asks(&mut 0, &answers).await.unwrap(), 3);
    assert!((Duration::from_millis(3_010)..Duration::from_secs(4)).contains(&start.elapsed()));

    let mut calls = 0;
    assert!(asks(&mut calls, &[(503, None), (404, Some(SECOND))]).await.is_err());
    assert_eq!(calls, 2, "a 404 ends the call");
}

#[tokio::test(start_paused = true)]
async fn a_function_with_any_error_asks_it_too() {
    let mut calls = 0;
    let io = |call| AppError::from(if call < 3 { refused() } else { missing() });
    assert!(fails(&mut calls, io).await.is_err());
    assert_eq!(calls, 3);
}

#[derive(Classify)]
enum Boxing {
    #[retry(transparent)]
    Kinds(Box<Kinds>),
}

#[test]
fn what_is_in_a_box_is_asked_itself() {
    assert_eq!(Boxing::Kinds(Box::new(Kinds::Permanent(1))).classify(), stop(ErrorKind::Permanent));
    assert_eq!(Boxing::Kinds(Box::new(Kinds::Network)).classify(), retry(ErrorKind::Network));
}
