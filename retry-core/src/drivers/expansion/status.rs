//! `retry_on_status`: what an outcome carries, and what the list says to it.

use std::marker::PhantomData;
use std::time::Duration;

use crate::drivers::expansion::outcome::Outcome;
use crate::seams::http_outcome::HttpOutcome;
use crate::values::kind::{ErrorKind, Verdict};

/// A status, and the wait that came with it.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    code: u16,
    after: Option<Duration>,
}

impl Status {
    /// Retried by the list, as what it is by itself, with its wait.
    fn again(self, kind: Verdict) -> Verdict {
        let kind = Verdict::from_status(self.code).kind().or(kind.kind());
        let kind = kind.unwrap_or(ErrorKind::Unknown);
        self.after.map_or(Verdict::Retry(kind), |after| Verdict::RetryAfter(kind, after))
    }
}

/// A value or an error, to be asked for its status: `(&&AskStatus(x)).retry_status()`.
#[derive(Debug)]
pub struct AskStatus<'a, X: ?Sized>(pub &'a X);

pub trait StatusByOutcome {
    fn retry_status(&self) -> Option<Status>;
}

impl<X: HttpOutcome + ?Sized> StatusByOutcome for &AskStatus<'_, X> {
    fn retry_status(&self) -> Option<Status> {
        let code = self.0.http_status()?;
        Some(Status { code, after: self.0.retry_after() })
    }
}

pub trait StatusUnknown {
    fn retry_status(&self) -> Option<Status>;
}

impl<X: ?Sized> StatusUnknown for AskStatus<'_, X> {
    fn retry_status(&self) -> Option<Status> {
        None
    }
}

fn is_listed(code: u16, list: &[(u16, u16)]) -> bool {
    list.iter().any(|&(first, last)| (first..=last).contains(&code))
}

/// What the error says of itself, with what its status adds.
#[must_use]
pub fn with_status(own: Verdict, status: Option<Status>) -> Verdict {
    match (own, status) {
        (Verdict::Retry(_), Some(status)) => status.again(own),
        _ => own,
    }
}

/// Whether the list wants this status; what has none it does not speak about.
#[must_use]
pub fn wanted_status(status: Option<Status>, list: &[(u16, u16)]) -> Option<bool> {
    status.map(|status| is_listed(status.code, list))
}

/// The verdict on an `Ok` value with a status that the list names.
#[must_use]
pub fn turned_down_by_status(status: Option<Status>, list: &[(u16, u16)]) -> Option<Verdict> {
    let status = status.filter(|status| is_listed(status.code, list))?;
    Some(status.again(Verdict::Success))
}

/// Asks whether any side of an outcome carries a status: `(&&&Carries::<R>::new())`.
#[derive(Debug)]
pub struct Carries<R>(PhantomData<fn() -> R>);

impl<R> Carries<R> {
    #[allow(clippy::new_without_default)] // a marker
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

pub trait ErrorHasStatus {
    fn retry_carries_status(&self);
}

impl<R: Outcome<Error: HttpOutcome>> ErrorHasStatus for &&Carries<R> {
    fn retry_carries_status(&self) {}
}

pub trait ValueHasStatus {
    fn retry_carries_status(&self);
}

impl<R: Outcome<Value: HttpOutcome>> ValueHasStatus for &Carries<R> {
    fn retry_carries_status(&self) {}
}

/// Neither does, which is a mistake worth a message.
pub trait NeitherHasStatus<E: ?Sized> {
    fn retry_carries_status(&self)
    where
        E: HttpOutcome;
}

impl<R: Outcome<Error = E>, E> NeitherHasStatus<E> for Carries<R> {
    fn retry_carries_status(&self)
    where
        E: HttpOutcome,
    {
    }
}
