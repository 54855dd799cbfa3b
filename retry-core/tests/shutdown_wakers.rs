//! What a call that waits leaves with the process: its waker, until the wait is over or the call is
//! dropped. The calls are polled by hand, so that whatever keeps their waker can be counted.

#![cfg(feature = "macros")]

mod porter;

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use porter::Porter;
use retry_core::{
    CancellationToken, Jitter, ManualClock, Retry, RetryError, RetryPolicy, StopReason, shutdown,
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

type Call = Result<(), RetryError<io::Error>>;

#[with_retry(policy = POLICY, budget = "none")]
async fn plain() -> Result<(), RetryError<io::Error>> {
    Err(io::ErrorKind::ConnectionRefused.into())
}

#[with_retry(policy = POLICY, timeout = "9h", budget = "none")]
async fn timed() -> Result<(), RetryError<io::Error>> {
    Err(io::ErrorKind::ConnectionRefused.into())
}

#[with_retry(policy = POLICY, budget = "none", circuit_breaker(min_calls = 100))]
async fn gated() -> Result<(), RetryError<io::Error>> {
    Err(io::ErrorKind::ConnectionRefused.into())
}

async fn on_handle(retry: Retry) -> Call {
    retry.run(async || Err(io::ErrorKind::ConnectionRefused.into())).await
}

#[derive(Default)]
struct Counter(AtomicU32);

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// A call that waits, polled with one waker and then with another.
struct Waiting {
    call: Pin<Box<dyn Future<Output = Call>>>,
    first: Arc<Counter>,
    second: Arc<Counter>,
}

impl Waiting {
    fn new(call: impl Future<Output = Call> + 'static) -> Self {
        let call: Pin<Box<dyn Future<Output = Call>>> = Box::pin(call);
        let mut waiting = Self { call, first: Arc::default(), second: Arc::default() };
        assert!(waiting.poll(&Arc::clone(&waiting.first)).is_pending());
        assert!(waiting.poll(&Arc::clone(&waiting.second)).is_pending());
        waiting
    }

    fn poll(&mut self, by: &Arc<Counter>) -> Poll<Call> {
        let waker = Waker::from(Arc::clone(by));
        self.call.as_mut().poll(&mut Context::from_waker(&waker))
    }

    fn woken(&self) -> (u32, u32) {
        (self.first.0.load(SeqCst), self.second.0.load(SeqCst))
    }

    fn end(mut self) -> (StopReason, u32) {
        let Poll::Ready(end) = self.poll(&Arc::clone(&self.second)) else { panic!("still waits") };
        self.assert_forgotten();
        let error = end.unwrap_err();
        (error.reason(), error.attempts())
    }

    fn assert_forgotten(self) {
        drop(self.call);
        let kept = (Arc::strong_count(&self.first), Arc::strong_count(&self.second));
        assert_eq!(kept, (1, 1), "nothing keeps a waker");
    }
}

/// One of each sort; the last few are held before their first attempt.
fn waiting(porter: &Porter) -> (Vec<Waiting>, Vec<Waiting>) {
    let handle = Retry::new(POLICY).without_budget();
    let with_token = handle.clone().with_cancellation(CancellationToken::new());
    let with_clock = handle.clone().with_clock(ManualClock::new());
    let with_both = with_clock.clone().with_cancellation(CancellationToken::new());
    let sleeping = vec![
        Waiting::new(plain()),
        Waiting::new(timed()),
        Waiting::new(gated()),
        Waiting::new(on_handle(handle.clone())),
        Waiting::new(on_handle(with_token.clone())),
        Waiting::new(on_handle(with_clock.clone())),
        Waiting::new(on_handle(with_both)),
    ];
    let held = [handle, with_token, with_clock];
    let held =
        held.into_iter().map(|handle| Waiting::new(on_handle(handle.with_gate(porter.clone()))));
    (sleeping, held.collect())
}

#[with_retry]
async fn large(seed: u8) -> Result<[u8; 2_048], String> {
    let buffer = [seed; 4_096];
    tokio::task::yield_now().await;
    buffer.first_chunk().copied().ok_or_else(String::new)
}

#[test]
fn what_a_sleeping_call_could_end_with_has_its_place_where_the_body_had_its_own() {
    let size = size_of_val(&large(7));
    assert!(size < 4_096 + 512, "{size}");
}

// The flag is for the whole process: no other test here may wait.
#[tokio::test(start_paused = true)]
async fn the_newest_waker_of_each_wait_is_woken_once_and_none_is_kept() {
    let porter = Porter::strict();
    let (sleeping, held) = waiting(&porter);
    sleeping.into_iter().chain(held).for_each(Waiting::assert_forgotten);

    let (sleeping, held) = waiting(&porter);
    // Too late for those who are held already.
    porter.opens.store(true, SeqCst);
    shutdown();
    shutdown();
    for (sort, call) in sleeping.into_iter().enumerate() {
        assert_eq!(call.woken(), (0, 1), "sleeping, sort {sort}");
        assert_eq!(call.end(), (StopReason::Shutdown, 1), "sleeping, sort {sort}");
    }
    for (sort, call) in held.into_iter().enumerate() {
        assert_eq!(call.woken(), (0, 1), "held, sort {sort}");
        assert_eq!(call.end(), (StopReason::Shutdown, 0), "held, sort {sort}");
    }
    assert_eq!((porter.tickets.load(SeqCst), porter.passes.load(SeqCst)), (0, 0));
}
