//! Where time comes from.
//!
//! A handle reads time and waits through its [`Clock`], if it was given one. By default an async call
//! uses tokio's timer, which follows tokio's paused time in tests, and a blocking call the operating
//! system's; both then wait between attempts without the box that the trait needs, and so does the
//! attribute. [`ManualClock`](crate::ManualClock) is for the tests of an application; another runtime's timer is
//! a small implementation of the trait.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use crate::seams::test_mode;

/// A wait that has begun; ready when its time has come.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A source of time that can be waited on.
pub trait Clock: Debug + Send + Sync {
    /// The present instant; never earlier than one returned before.
    fn now(&self) -> Instant;

    /// Begins a wait of `delay` from now. Dropping the future ends the wait and leaves nothing
    /// behind.
    fn sleep(&self, delay: Duration) -> Sleep;

    /// Blocks the thread for at most `delay`; may return early, always does so when the thread
    /// is unparked. Called again until the time has come.
    fn park(&self, delay: Duration);
}

/// The operating system's time, for blocking calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThreadClock;

impl Clock for ThreadClock {
    fn now(&self) -> Instant {
        test_mode::clock().map_or_else(Instant::now, Clock::now)
    }

    fn sleep(&self, delay: Duration) -> Sleep {
        TokioClock.sleep(delay)
    }

    fn park(&self, delay: Duration) {
        park(delay);
    }
}

/// Tokio's timer, for async calls. Waiting outside a runtime with its timer enabled panics, as
/// tokio's own `sleep` does.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioClock;

impl Clock for TokioClock {
    #[inline]
    fn now(&self) -> Instant {
        match test_mode::clock() {
            Some(clock) => clock.now(),
            None => tokio::time::Instant::now().into_std(),
        }
    }

    fn sleep(&self, delay: Duration) -> Sleep {
        match test_mode::clock() {
            Some(clock) => clock.sleep(delay),
            None => Box::pin(tokio::time::sleep(delay)),
        }
    }

    fn park(&self, delay: Duration) {
        park(delay);
    }
}

fn park(delay: Duration) {
    match test_mode::clock() {
        Some(clock) => clock.park(delay),
        None => std::thread::park_timeout(delay),
    }
}
