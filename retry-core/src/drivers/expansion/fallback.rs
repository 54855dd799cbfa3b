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

/// The answer of a call, or of its fallback.
///
/// # Errors
///
/// Those of the fallback.
pub async fn fall_back<T, E, F, X, K>(answer: Result<T, E>, fallback: F) -> Result<T, E>
where
    F: FnOnce(E) -> X,
    X: FallbackAnswer<Result<T, E>, K>,
{
    match answer {
        Ok(value) => Ok(value),
        Err(error) => fallback(error).answer().await,
    }
}

/// The answer of a call that blocks, or of its fallback.
///
/// # Errors
///
/// Those of the fallback.
pub fn fall_back_blocking<T, E, F>(answer: Result<T, E>, fallback: F) -> Result<T, E>
where
    F: FnOnce(E) -> Result<T, E>,
{
    answer.or_else(fallback)
}
