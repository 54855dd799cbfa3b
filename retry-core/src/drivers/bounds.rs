//! What can end an attempt from outside: its time limit, the call's deadline, a cancellation.
//!
//! The timer is made when the operation first has to wait, and kept outside the future: an
//! attempt that ends at once makes none, and the future of a call that could be cut is hardly
//! larger than that of one that could not.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::seams::clock::{Clock, Sleep, TokioClock};

/// What ended an attempt before it ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The attempt's own time limit.
    Attempt(Duration),
    /// The end of the whole call.
    Deadline,
    /// The cancellation token.
    Cancelled,
}

/// What the limits of an attempt say of it while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Cut(Cut),
    /// A gate wants to hear that it is still running after this long.
    Overdue(Duration),
}

/// The text of an attempt that its own limit cut.
pub(crate) struct TimedOut(pub(crate) Duration);

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "timed out after {:?}", self.0)
    }
}

/// The limits of one attempt.
#[derive(Default)]
pub(crate) struct Bounds {
    until: Option<(Instant, Cut)>,
    timer: Option<Sleep>,
    token: Option<CancellationToken>,
    cancelled: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl Bounds {
    /// The limits of an attempt that starts `now`. The earlier of its own limit and the call's
    /// deadline counts; at the same instant it is the deadline.
    pub(crate) fn new(
        now: Instant,
        attempt_timeout: Option<Duration>,
        deadline: Option<Instant>,
    ) -> Self {
        let by_attempt =
            attempt_timeout.and_then(|limit| Some((now.checked_add(limit)?, Cut::Attempt(limit))));
        let by_deadline = deadline.map(|deadline| (deadline, Cut::Deadline));
        let until = match (by_attempt, by_deadline) {
            (Some(attempt), Some(call)) => Some(if attempt.0 < call.0 { attempt } else { call }),
            (attempt, call) => attempt.or(call),
        };
        Self { until, ..Self::default() }
    }

    pub(crate) fn with_token(mut self, token: Option<CancellationToken>) -> Self {
        self.token = token;
        self
    }

    /// To be polled after the operation was found waiting.
    #[inline]
    pub(crate) fn poll(
        &mut self,
        custom: Option<&Arc<dyn Clock>>,
        context: &mut Context<'_>,
    ) -> Poll<Cut> {
        match self.poll_watched(None, custom, context) {
            Poll::Ready(End::Cut(cut)) => Poll::Ready(cut),
            Poll::Ready(End::Overdue(_)) => unreachable!("nobody watches"),
            Poll::Pending => Poll::Pending,
        }
    }

    /// To be polled in place of [`poll`](Self::poll) where a gate wants to hear at an instant that
    /// the attempt is still running. Once it was told, the next one is another.
    pub(crate) fn poll_watched(
        &mut self,
        overdue: Option<(Instant, Duration)>,
        custom: Option<&Arc<dyn Clock>>,
        context: &mut Context<'_>,
    ) -> Poll<End> {
        if let Some(token) = &self.token {
            let cancelled =
                self.cancelled.get_or_insert_with(|| Box::pin(token.clone().cancelled_owned()));
            if cancelled.as_mut().poll(context).is_ready() {
                return Poll::Ready(End::Cut(Cut::Cancelled));
            }
        }
        let until = self.until.map(|(end, cut)| (end, End::Cut(cut)));
        let overdue = overdue.map(|(end, patience)| (end, End::Overdue(patience)));
        let next = match (until, overdue) {
            (Some(until), Some(overdue)) => Some(if overdue.0 < until.0 { overdue } else { until }),
            (until, overdue) => until.or(overdue),
        };
        let Some((end, next)) = next else { return Poll::Pending };
        let timer = self.timer.get_or_insert_with(|| {
            let clock = custom.map_or(&TokioClock as &dyn Clock, |clock| &**clock);
            clock.sleep(end.saturating_duration_since(clock.now()))
        });
        let ready = timer.as_mut().poll(context).map(|()| next);
        if ready.is_ready() {
            self.timer = None;
        }
        ready
    }
}
