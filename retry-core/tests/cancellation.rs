//! Ending a call from outside, by dropping its future or by a token.

use std::cell::Cell;
use std::future::pending;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use retry_core::{
    CancellationToken, Clock, Jitter, ManualClock, Retry, RetryPolicy, Sleep, StopReason, Strategy,
};
#[cfg(feature = "macros")]
use retry_core::{RetryError, with_retry};

const TICK: Duration = Duration::from_millis(100);
const HOUR: Duration = Duration::from_secs(3_600);

/// Three attempts, always this long apart.
const fn every(delay: Duration) -> RetryPolicy {
    RetryPolicy::builder()
        .strategy(Strategy::Fixed)
        .initial_delay(delay)
        .max_delay(delay)
        .jitter(Jitter::None)
        .build_const()
}

/// The output of `future`, which must not take a day of paused time: a failure, and no hang.
async fn in_time<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(24 * HOUR, future).await.expect("it never ends")
}

/// Counts itself for as long as it lives.
struct Guard<'a>(&'a Cell<u32>);

impl<'a> Guard<'a> {
    fn new(alive: &'a Cell<u32>) -> Self {
        alive.set(alive.get() + 1);
        Self(alive)
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// An operation with two await points of its own.
async fn fails(alive: &Cell<u32>) -> Result<(), &'static str> {
    let _guard = Guard::new(alive);
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    Err("down")
}

type Call<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Makes the call over and over, each time dropping it one await point later, until it ends.
fn dropped_everywhere<'a>(
    clock: &ManualClock,
    alive: &'a Cell<u32>,
    make: impl Fn(ManualClock, &'a Cell<u32>) -> Call<'a>,
) {
    let mut context = Context::from_waker(Waker::noop());
    let (mut in_attempts, mut in_delays) = (0, 0);
    for polls in 1.. {
        let mut call = make(clock.clone(), alive);
        let ended = (0..polls).any(|_| {
            clock.advance(TICK);
            call.as_mut().poll(&mut context).is_ready()
        });
        if alive.get() > 0 {
            in_attempts += 1;
        } else {
            in_delays += 1;
        }
        drop(call);
        assert_eq!((clock.sleepers(), alive.get()), (0, 0), "dropped after {polls} polls");
        if ended {
            break;
        }
    }
    // Two await points in each of three attempts; two delays, and the end.
    assert_eq!((in_attempts, in_delays), (6, 3));
}

#[test]
fn a_call_dropped_at_any_await_point_leaves_nothing_behind() {
    let alive = Cell::new(0);
    for policy in [every(TICK), every(TICK).with_timeout(HOUR).with_attempt_timeout(HOUR)] {
        for token in [None, Some(CancellationToken::new())] {
            let clock = ManualClock::new();
            dropped_everywhere(&clock, &alive, |clock, alive| {
                let retry = Retry::new(policy).with_clock(clock);
                let retry = match token.clone() {
                    Some(token) => retry.with_cancellation(token),
                    None => retry,
                };
                Box::pin(async move {
                    let end = retry.run(|| fails(alive)).await.unwrap_err();
                    assert_eq!(end.reason(), StopReason::AttemptsExhausted);
                })
            });
            assert!(clock.waits().len() >= 3, "the delays were on the clock");
        }
    }
}

#[cfg(feature = "macros")]
#[with_retry(max_attempts = 3, initial_delay = "0ms", timeout = "1h")]
async fn annotated(alive: &Cell<u32>) -> Result<(), RetryError<&'static str>> {
    fails(alive).await
}

#[cfg(feature = "macros")]
#[tokio::test(start_paused = true)]
async fn an_annotated_call_dropped_in_an_attempt_drops_what_the_attempt_holds() {
    let alive = Cell::new(0);
    for polls in 1..=6 {
        let mut call = Box::pin(annotated(&alive));
        for _ in 0..polls {
            let polled =
                std::future::poll_fn(|context| std::task::Poll::Ready(call.as_mut().poll(context)));
            assert!(polled.await.is_pending(), "poll {polls} ended the call");
        }
        assert_eq!(alive.get(), 1);
        drop(call);
        assert_eq!(alive.get(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_wakes_a_call_out_of_a_long_delay_at_once() {
    let token = CancellationToken::new();
    let clock = ManualClock::new();
    let on_tokio = Retry::new(every(HOUR)).with_cancellation(token.clone());
    let on_clock = on_tokio.clone().with_clock(clock.clone());
    let cancel = async {
        clock.sleeping(1).await;
        token.cancel();
    };
    let down = || async { Err::<(), _>("down") };
    let calls = async { tokio::join!(on_tokio.run(down), on_clock.run(down), cancel) };
    let (one, other, ()) = in_time(calls).await;
    for end in [one.unwrap_err(), other.unwrap_err()] {
        assert_eq!((end.reason(), end.attempts()), (StopReason::Cancelled, 1));
        assert_eq!((end.elapsed(), end.last_error()), (Duration::ZERO, Some(&"down")));
    }
    assert_eq!(clock.sleepers(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_token_cuts_a_running_attempt_and_the_error_before_it_is_kept() {
    let alive = Cell::new(0);
    let token = CancellationToken::new();
    let retry = Retry::new(every(TICK)).with_cancellation(token.clone());
    let mut calls = 0;
    let operation = || {
        calls += 1;
        let (hangs, alive) = (calls == 2, &alive);
        async move {
            let _guard = Guard::new(alive);
            if hangs { pending().await } else { Err::<(), _>("the first") }
        }
    };
    let cancel = async {
        tokio::time::sleep(3 * TICK).await;
        assert_eq!(alive.get(), 1);
        token.cancel();
    };
    let (result, ()) = in_time(async { tokio::join!(retry.run(operation), cancel) }).await;
    let end = result.unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::Cancelled, 2));
    assert_eq!((end.elapsed(), end.last_error()), (3 * TICK, Some(&"the first")));
    assert_eq!(alive.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_token_triggered_before_the_call_lets_no_attempt_be_made() {
    let token = CancellationToken::new();
    token.cancel();
    let retry = Retry::new(every(TICK)).with_cancellation(token);
    let end = retry.run(async || -> Result<(), &str> { unreachable!() }).await.unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::Cancelled, 0));
    let end = retry.run_blocking(|| -> Result<(), &str> { unreachable!() }).unwrap_err();
    assert_eq!((end.reason(), end.attempts(), end.last_error()), (StopReason::Cancelled, 0, None));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_ends_as_its_call_is_cancelled_still_counts() {
    for result in [Ok(7), Err("down")] {
        let token = CancellationToken::new();
        let retry = Retry::new(every(Duration::ZERO)).with_cancellation(token.clone());
        let operation = || {
            token.cancel();
            std::future::ready(result)
        };
        let ended = retry.run(operation).await;
        let ended = ended.map_err(|end| (end.reason(), end.into_last_error()));
        assert_eq!(ended, result.map_err(|error| (StopReason::Cancelled, Some(error))));
    }
}

/// A clock whose park says that it begins, and then blocks until the thread is unparked.
#[derive(Debug)]
struct Parking(mpsc::Sender<()>);

impl Clock for Parking {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, _: Duration) -> Sleep {
        Box::pin(pending())
    }

    fn park(&self, _: Duration) {
        self.0.send(()).unwrap();
        std::thread::park();
    }
}

#[test]
fn a_token_wakes_a_blocked_thread_out_of_its_delay() {
    let (parks, parked) = mpsc::channel();
    let token = CancellationToken::new();
    let retry = Retry::new(every(HOUR)).with_clock(Parking(parks)).with_cancellation(token.clone());
    let call = std::thread::spawn(move || retry.run_blocking(|| Err::<(), _>("down")));
    parked.recv().unwrap();
    token.cancel();
    let end = call.join().unwrap().unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::Cancelled, 1));
    assert_eq!(end.last_error(), Some(&"down"));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_never_waits_lets_others_run_and_can_be_cancelled() {
    let token = CancellationToken::new();
    let policy = every(Duration::ZERO).with_max_attempts(10_000);
    let retry = Retry::new(policy).with_cancellation(token.clone());
    let other = tokio::spawn(async move { token.cancel() });
    let end = retry.run(async || Err::<(), _>("down")).await.unwrap_err();
    assert_eq!((end.reason(), end.last_error()), (StopReason::Cancelled, Some(&"down")));
    other.await.unwrap();
}
