//! What answers for a call that failed.

use std::future::{Future, Ready, ready};

/// What a fallback returns: what the function returns, or a future of it.
#[diagnostic::on_unimplemented(
    message = "`fallback` returns what the function returns, `{R}`, or a future of it, and not `{Self}`",
    label = "not what the function returns"
)]
pub trait FallbackAnswer<R, Kind> {
    type Future: Future<Output = R>;
    fn answer(self) -> Self::Future;
}

/// Marks a fallback that answers at once.
#[derive(Debug)]
pub struct AtOnce;

/// Marks a fallback that waits.
#[derive(Debug)]
pub struct Later;

impl<R> FallbackAnswer<R, AtOnce> for R {
    type Future = Ready<R>;
    fn answer(self) -> Ready<R> {
        ready(self)
    }
}

impl<F: Future> FallbackAnswer<F::Output, Later> for F {
    type Future = F;
    fn answer(self) -> F {
        self
    }
}

/// What can have failed with an error: a `Result`.
#[diagnostic::on_unimplemented(
    message = "`fallback` is given the error of a `Result`, and the function returns `{Self}`",
    label = "there is no error to give to this"
)]
pub trait Fallible: Sized {
    type Error;
    /// The answer where it is a success, else its error.
    ///
    /// # Errors
    ///
    /// That of the answer.
    fn succeeded(self) -> Result<Self, Self::Error>;
}

impl<T, E> Fallible for Result<T, E> {
    type Error = E;
    fn succeeded(self) -> Result<Self, E> {
        self.map(Ok)
    }
}

/// The answer of a call, or of its fallback.
pub async fn fall_back<R, F, X, K>(answer: R, fallback: F) -> R
where
    R: Fallible,
    F: FnOnce(R::Error) -> X,
    X: FallbackAnswer<R, K>,
{
    match answer.succeeded() {
        Ok(answer) => answer,
        Err(error) => fallback(error).answer().await,
    }
}

/// The answer of a call that blocks, or of its fallback.
pub fn fall_back_blocking<R, F>(answer: R, fallback: F) -> R
where
    R: Fallible,
    F: FnOnce(R::Error) -> R,
{
    answer.succeeded().unwrap_or_else(fallback)
}
