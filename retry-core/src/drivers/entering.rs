//! The wait before a gate: of a task, and of a thread.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

use crate::drivers::gates::{Gates, Passage, Progress};
use crate::drivers::halt::Halt;
use crate::seams::clock::{Clock, Sleep};
use crate::seams::gate::Request;
use crate::values::stop::StopReason;

/// The shortest time after which a gate is asked again, for one that says "at once" for ever.
const TICK: Duration = Duration::from_micros(1);

/// How long a thread sleeps at once that only a waker can let through.
const LONG: Duration = Duration::from_secs(3_600);

/// An attempt on its way through the gates. Dropped before it is through, it gives back what it
/// holds.
pub(crate) struct Entering<'a> {
    pub(crate) passage: &'a mut Passage,
    pub(crate) gates: &'a Gates,
    pub(crate) request: Request<'a>,
    pub(crate) through: bool,
}

impl Drop for Entering<'_> {
    fn drop(&mut self) {
        if !self.through {
            self.passage.retreat(self.gates, self.request.clock());
        }
    }
}

impl Entering<'_> {
    /// `Ok(None)` when the attempt is through, `Ok(Some(until))` while it is held.
    fn advance(&mut self, waker: &Waker) -> Result<Option<Wait>, Halt> {
        let limit = match self.passage.advance(self.gates, &self.request, waker) {
            Progress::Through => {
                self.through = true;
                return Ok(None);
            }
            Progress::Refused(refusal) => return Err(Halt::refused(refusal)),
            Progress::Held(limit) => limit,
        };
        let now = self.request.clock().now();
        let left = self.request.deadline().map(|end| end.saturating_duration_since(now));
        if left.is_some_and(|left| left.is_zero()) {
            return Err(Halt::new(StopReason::DeadlineExceeded));
        }
        let limit = limit.map(|limit| limit.max(TICK));
        let rest = match (left, limit) {
            (Some(left), Some(limit)) => Some(left.min(limit)),
            (left, limit) => left.or(limit),
        };
        Ok(Some(Wait { rest, until: rest.and_then(|rest| now.checked_add(rest)) }))
    }

    /// Waits until the attempt may start.
    pub(crate) async fn wait(mut self, token: Option<&CancellationToken>) -> Result<(), Halt> {
        let mut cancelled = pin!(token.map(CancellationToken::cancelled));
        let mut timer = Timer(None);
        std::future::poll_fn(|context| {
            loop {
                if is_cancelled(cancelled.as_mut().as_pin_mut(), context) {
                    return Poll::Ready(Err(Halt::new(StopReason::Cancelled)));
                }
                let wait = match self.advance(context.waker()) {
                    Err(halt) => return Poll::Ready(Err(halt)),
                    Ok(None) => return Poll::Ready(Ok(())),
                    Ok(Some(wait)) => wait,
                };
                if timer.poll(self.request.clock(), wait, context).is_pending() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// Blocks the thread until the attempt may start.
    pub(crate) fn block(
        mut self,
        token: Option<&CancellationToken>,
        waker: &Waker,
    ) -> Result<(), Halt> {
        let mut context = Context::from_waker(waker);
        let mut cancelled = pin!(token.map(CancellationToken::cancelled));
        loop {
            if is_cancelled(cancelled.as_mut().as_pin_mut(), &mut context) {
                return Err(Halt::new(StopReason::Cancelled));
            }
            let Some(wait) = self.advance(waker)? else { return Ok(()) };
            self.request.clock().park(wait.rest.unwrap_or(LONG));
        }
    }
}

fn is_cancelled(
    token: Option<Pin<&mut WaitForCancellationFuture<'_>>>,
    context: &mut Context<'_>,
) -> bool {
    token.is_some_and(|token| token.poll(context).is_ready())
}

/// How long to wait at most, and until when; `None` for as long as it takes.
#[derive(Clone, Copy)]
struct Wait {
    rest: Option<Duration>,
    until: Option<Instant>,
}

/// A timer that is made anew only when its end changes.
struct Timer(Option<(Instant, Sleep)>);

impl Timer {
    /// Ready when the time has come; without one, never.
    fn poll(&mut self, clock: &dyn Clock, wait: Wait, context: &mut Context<'_>) -> Poll<()> {
        let (Some(rest), Some(until)) = (wait.rest, wait.until) else { return Poll::Pending };
        if self.0.as_ref().is_none_or(|(end, _)| *end != until) {
            self.0 = Some((until, clock.sleep(rest)));
        }
        let Some((_, sleep)) = &mut self.0 else { return Poll::Pending };
        let ready = sleep.as_mut().poll(context);
        if ready.is_ready() {
            self.0 = None;
        }
        ready
    }
}
