//! The wait between two attempts of an async call.

use std::fmt;
use std::future::Future;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::drivers::shutdown;
use crate::seams::clock::Sleep;
use crate::seams::test_mode;

pin_project_lite::pin_project! {
    /// Waits on tokio's timer, or until the shutdown.
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
        // The clock of a test.
        Own { #[pin] pause: OwnPause },
    }

    impl PinnedDrop for Pause {
        fn drop(this: Pin<&mut Self>) {
            let place = shutdown::place(&*this);
            if let PauseProjection::Timer { .. } = this.project() {
                shutdown::leave(place);
            }
        }
    }
}

impl Pause {
    pub(crate) fn new(delay: Duration) -> Self {
        if delay.is_zero() {
            Self::Yield
        } else if let Some(clock) = test_mode::clock() {
            Self::Own { pause: OwnPause::new(clock.sleep(delay), delay) }
        } else {
            Self::Timer { sleep: tokio::time::sleep(delay) }
        }
    }
}

impl Future for Pause {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let place = shutdown::place(&*self);
        match self.project() {
            PauseProjection::Timer { mut sleep } => {
                if sleep.as_mut().poll(context).is_ready() {
                    return Poll::Ready(());
                }
                let left = sleep.deadline().saturating_duration_since(tokio::time::Instant::now());
                wait_unless(shutdown::ends_wait(place, left, context.waker()))
            }
            PauseProjection::Own { pause } => pause.poll(context),
            PauseProjection::Yield => {
                ready!(tokio::task::coop::poll_proceed(context)).made_progress();
                Poll::Ready(())
            }
        }
    }
}

pin_project_lite::pin_project! {
    /// The wait of a clock of one's own, or until the shutdown.
    #[must_use]
    pub struct OwnPause {
        sleep: Sleep,
        delay: Duration,
        // It is known by its place.
        #[pin]
        pinned: PhantomPinned,
    }

    impl PinnedDrop for OwnPause {
        fn drop(this: Pin<&mut Self>) {
            shutdown::leave(shutdown::place(&*this));
        }
    }
}

impl fmt::Debug for OwnPause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnPause").field("delay", &self.delay).finish_non_exhaustive()
    }
}

impl OwnPause {
    pub(crate) const fn new(sleep: Sleep, delay: Duration) -> Self {
        Self { sleep, delay, pinned: PhantomPinned }
    }
}

impl Future for OwnPause {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let place = shutdown::place(&*self);
        let this = self.project();
        if this.sleep.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        wait_unless(shutdown::ends_wait(place, *this.delay, context.waker()))
    }
}

const fn wait_unless(over: bool) -> Poll<()> {
    if over { Poll::Ready(()) } else { Poll::Pending }
}
