//! The futures that an annotated call waits on.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use crate::drivers::bounds::{Bounds, Cut, End};
use crate::drivers::gates::{Gates, Passage};
use crate::drivers::pause::Pause;
use crate::drivers::spans::CallSpan;
use crate::seams::clock::{Clock, TokioClock};

pin_project_lite::pin_project! {
    /// An attempt that nothing cuts.
    #[must_use]
    pub struct Plain<'a, F> {
        #[pin]
        pub(super) operation: F,
        pub(super) span: Option<&'a CallSpan>,
    }
}

impl<F: Future> Future for Plain<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let operation = this.operation;
        in_attempt(*this.span, || operation.poll(context))
    }
}

pin_project_lite::pin_project! {
    /// An attempt under its limits.
    #[must_use]
    pub struct Limited<'a, F> {
        #[pin]
        pub(super) operation: F,
        pub(super) span: Option<&'a CallSpan>,
        pub(super) bounds: Bounds,
    }
}

impl<F: Future> Future for Limited<'_, F> {
    type Output = Result<F::Output, Cut>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let operation = this.operation;
        if let Poll::Ready(outcome) = in_attempt(*this.span, || operation.poll(context)) {
            return Poll::Ready(Ok(outcome));
        }
        Poll::Ready(Err(ready!(this.bounds.poll(None, context))))
    }
}

pin_project_lite::pin_project! {
    /// An attempt under its limits, with gates that look on.
    #[must_use]
    pub struct Watched<'a, F> {
        #[pin]
        pub(super) operation: F,
        pub(super) span: Option<&'a CallSpan>,
        pub(super) bounds: Bounds,
        // `None` where there is no gate that it would concern.
        pub(super) started: Option<Instant>,
        pub(super) gates: &'a Gates,
        pub(super) passage: &'a mut Passage,
        // The clock of a handle, if it has one.
        pub(super) custom: Option<&'a Arc<dyn Clock>>,
    }
}

impl<F: Future> Future for Watched<'_, F> {
    type Output = Result<F::Output, Cut>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let operation = this.operation;
        if let Poll::Ready(outcome) = in_attempt(*this.span, || operation.poll(context)) {
            return Poll::Ready(Ok(outcome));
        }
        loop {
            let overdue = this.started.and_then(|at| this.passage.overdue_at(this.gates, at));
            match ready!(this.bounds.poll_watched(overdue, *this.custom, context)) {
                End::Cut(cut) => return Poll::Ready(Err(cut)),
                End::Overdue(patience) => {
                    let clock = this.custom.map_or(&TokioClock as &dyn Clock, |clock| &**clock);
                    this.passage.overdue(this.gates, patience, clock);
                }
            }
        }
    }
}

/// Polls inside the span of the attempt, where it has one.
#[inline]
fn in_attempt<T>(span: Option<&CallSpan>, work: impl FnOnce() -> T) -> T {
    match span {
        None => work(),
        Some(span) => span.in_attempt(work),
    }
}

/// Waits for `delay`.
pub fn pause(delay: Duration) -> Pause {
    Pause::new(delay)
}

/// The future of a whole call, as it is.
pub const fn future<F: Future>(call: F) -> F {
    call
}
