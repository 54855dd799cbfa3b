//! Threads that sleep, drop and shut down all at once: nobody sleeps on, and no waker is kept.
//!
//! In a process of its own, since the flag is for all of it.

#![cfg(feature = "macros")]

mod porter;

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use porter::Porter;
use retry_core::{
    Jitter, ManualClock, Retry, RetryError, RetryPolicy, StopReason, is_shutdown, shutdown,
    with_retry,
};

const HOUR: Duration = Duration::from_secs(3_600);

// With jitter one of thousands would draw a wait so brief that it ends by itself.
const POLICY: RetryPolicy = RetryPolicy::new()
    .with_jitter(Jitter::None)
    .to_builder()
    .initial_delay(HOUR)
    .max_delay(HOUR)
    .build_const();

const THREADS: usize = 16;

type Call = Result<(), RetryError<io::Error>>;

#[with_retry(policy = POLICY, budget = "none")]
async fn plain() -> Result<(), RetryError<io::Error>> {
    Err(io::ErrorKind::ConnectionRefused.into())
}

#[with_retry(policy = POLICY, budget = "none")]
fn blocks() -> Result<(), RetryError<io::Error>> {
    Err(io::ErrorKind::ConnectionRefused.into())
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn waker() -> Arc<Unpark> {
    Arc::new(Unpark(thread::current()))
}

async fn refused_on(retry: Retry) -> Call {
    retry.run(async || Err(io::ErrorKind::ConnectionRefused.into())).await
}

/// A call of one sort after another.
fn call(number: usize) -> Pin<Box<dyn Future<Output = Call>>> {
    let handle = Retry::new(POLICY).without_budget();
    match number % 4 {
        0 => Box::pin(plain()),
        1 => Box::pin(refused_on(handle.with_seed(7))),
        2 => Box::pin(refused_on(handle.with_clock(ManualClock::new()))),
        _ => Box::pin(refused_on(handle.with_gate(Porter::strict()))),
    }
}

fn poll(call: &mut Pin<Box<dyn Future<Output = Call>>>, by: &Arc<Unpark>) -> Poll<Call> {
    let waker = Waker::from(Arc::clone(by));
    call.as_mut().poll(&mut Context::from_waker(&waker))
}

/// Makes calls and drops them until the shutdown, and waits for some that only it can end. Brings
/// every waker that it used.
fn sleep_and_drop(seed: usize) -> Vec<Arc<Unpark>> {
    let mut used = Vec::new();
    while !is_shutdown() {
        let number = seed + used.len();
        let (first, then) = (waker(), waker());
        let mut dropped = call(number);
        let mut kept = call(number + 1);
        let _ = poll(&mut dropped, &first);
        let mut ended = poll(&mut kept, &first);
        drop(dropped);
        // The threads come to this one after the other, so that some always sleep.
        while number % 64 == 63 && ended.is_pending() {
            ended = poll(&mut kept, &then);
            thread::park_timeout(if ended.is_ready() { Duration::ZERO } else { HOUR });
        }
        if let Poll::Ready(end) = ended {
            assert_eq!(end.unwrap_err().reason(), StopReason::Shutdown);
        }
        used.extend([first, then]);
    }
    used
}

#[test]
fn nobody_sleeps_through_a_shutdown_that_comes_at_any_time() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let start = Barrier::new(2 * THREADS + 2);
    let used: Vec<_> = thread::scope(|scope| {
        let mut sleepers = Vec::new();
        for seed in 0..THREADS {
            let (start, runtime) = (&start, &runtime);
            sleepers.push(scope.spawn(move || {
                let _entered = runtime.enter();
                start.wait();
                sleep_and_drop(4 * seed)
            }));
            scope.spawn(move || {
                start.wait();
                let end = if seed % 2 == 0 {
                    blocks()
                } else {
                    let handle = Retry::new(POLICY).without_budget();
                    handle.run_blocking(|| Err(io::ErrorKind::ConnectionRefused.into()))
                };
                assert_eq!(end.unwrap_err().reason(), StopReason::Shutdown);
            });
        }
        for _ in 0..2 {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                (0..50).for_each(|_| thread::yield_now());
                shutdown();
            });
        }
        sleepers.into_iter().flat_map(|sleeper| sleeper.join().unwrap()).collect()
    });
    assert!(used.iter().all(|waker| Arc::strong_count(waker) == 1), "nothing keeps a waker");
}
