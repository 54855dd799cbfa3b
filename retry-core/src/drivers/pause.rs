//! The wait between two attempts of an async call.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

pin_project_lite::pin_project! {
    /// Waits on tokio's timer.
    ///
    /// A delay of zero takes no timer, which would wait for its next tick; it spends a unit of
    /// the task's cooperative budget instead, so that an operation that fails without ever
    /// waiting cannot keep its thread.
    #[project = PauseProjection]
    #[derive(Debug)]
    #[must_use]
    pub enum Pause {
        Timer { #[pin] sleep: tokio::time::Sleep },
        Yield,
    }
}

impl Pause {
    pub(crate) fn new(delay: Duration) -> Self {
        if delay.is_zero() { Self::Yield } else { Self::Timer { sleep: tokio::time::sleep(delay) } }
    }
}

impl Future for Pause {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.project() {
            PauseProjection::Timer { sleep } => sleep.poll(context),
            PauseProjection::Yield => {
                ready!(tokio::task::coop::poll_proceed(context)).made_progress();
                Poll::Ready(())
            }
        }
    }
}
