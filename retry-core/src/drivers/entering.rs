//! The wait before a gate: of a task, and of a thread.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, Instant};

use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

use crate::drivers::gates::{Gates, Passage, Progress};
use crate::drivers::halt::Halt;
use crate::drivers::shutdown::{self, ThreadWait, is_shutdown};
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
    /// Whether a gate has held it, now or before.
    pub(crate) held: bool,
    /// Where to wait, if not on tokio's timer.
    pub(crate) custom: Option<&'a dyn Clock>,
}

impl Drop for Entering<'_> {
    fn drop(&mut self) {
        if !self.through {
            self.passage.retreat(self.gates, self.request.clock());
        }
    }
}

impl<'a> Entering<'a> {
    /// Whether the shutdown ends it before the gates are asked: a first attempt may still start where
    /// nothing holds it.
    fn is_shut_down(&self) -> bool {
        (self.held || self.request.attempt() > 1) && is_shutdown()
    }

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
        self.held = true;
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
    pub(crate) const fn wait(self, token: Option<&'a CancellationToken>) -> Waiting<'a> {
        Waiting { entering: self, token, cancelled: None, sleep: None, custom: None, end: None }
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
            if self.is_shut_down() {
                return Err(Halt::new(StopReason::Shutdown));
            }
            let Some(wait) = self.advance(waker)? else { return Ok(()) };
            let entered = ThreadWait::of(waker, wait.at_most());
            if is_shutdown() {
                return Err(Halt::new(StopReason::Shutdown));
            }
            self.request.clock().park(wait.at_most());
            drop(entered);
        }
    }
}

fn is_cancelled(
    token: Option<Pin<&mut WaitForCancellationFuture<'_>>>,
    context: &mut Context<'_>,
) -> bool {
    token.is_some_and(|token| token.poll(context).is_ready())
}

pin_project_lite::pin_project! {
    /// The wait of a task. The timer of tokio is in place, so that one who waits at a gate allocates
    /// nothing for it, as one who sleeps between attempts does not; what few have is boxed.
    pub(crate) struct Waiting<'a> {
        entering: Entering<'a>,
        token: Option<&'a CancellationToken>,
        cancelled: Option<Pin<Box<WaitForCancellationFuture<'a>>>>,
        #[pin]
        sleep: Option<tokio::time::Sleep>,
        custom: Option<Sleep>,
        // Until when either of the two waits.
        end: Option<Instant>,
    }

    impl PinnedDrop for Waiting<'_> {
        fn drop(this: Pin<&mut Self>) {
            // Most go through at once, and take no lock for it.
            if this.entering.held {
                shutdown::leave(shutdown::place(&*this));
            }
        }
    }
}

impl Future for Waiting<'_> {
    type Output = Result<(), Halt>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let place = shutdown::place(&*self);
        let mut this = self.project();
        loop {
            if let Some(token) = *this.token {
                let cancelled = this.cancelled.get_or_insert_with(|| Box::pin(token.cancelled()));
                if cancelled.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Err(Halt::new(StopReason::Cancelled)));
                }
            }
            if this.entering.is_shut_down() {
                return Poll::Ready(Err(Halt::new(StopReason::Shutdown)));
            }
            let wait = match this.entering.advance(context.waker()) {
                Err(halt) => return Poll::Ready(Err(halt)),
                Ok(None) => return Poll::Ready(Ok(())),
                Ok(Some(wait)) => wait,
            };
            if shutdown::ends_wait(place, wait.at_most(), context.waker()) {
                return Poll::Ready(Err(Halt::new(StopReason::Shutdown)));
            }
            let (Some(rest), Some(until)) = (wait.rest, wait.until) else { return Poll::Pending };
            if *this.end != Some(until) {
                *this.end = Some(until);
                match this.entering.custom {
                    None => this.sleep.set(Some(tokio::time::sleep(rest))),
                    Some(clock) => *this.custom = Some(clock.sleep(rest)),
                }
            }
            let sleep: Pin<&mut dyn Future<Output = ()>> =
                match (this.sleep.as_mut().as_pin_mut(), this.custom.as_mut()) {
                    (Some(sleep), _) => sleep,
                    (None, Some(sleep)) => sleep.as_mut(),
                    (None, None) => return Poll::Pending,
                };
            ready!(sleep.poll(context));
            *this.end = None;
        }
    }
}

/// How long to wait at most, and until when; `None` for as long as it takes.
#[derive(Clone, Copy)]
struct Wait {
    rest: Option<Duration>,
    until: Option<Instant>,
}

impl Wait {
    fn at_most(self) -> Duration {
        self.rest.unwrap_or(LONG)
    }
}
