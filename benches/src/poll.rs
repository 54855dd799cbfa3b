//! Polling without a runtime, which would be counted too.

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Makes `call` so many times, each of which is ready at its first poll.
///
/// # Panics
///
/// When a call waits.
#[inline]
pub fn each<F: Future>(times: u64, call: impl Fn(u64) -> F) {
    for number in 0..times {
        match pin!(call(black_box(number))).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => drop(black_box(output)),
            Poll::Pending => panic!("the call waits"),
        }
    }
}

/// Polls one call until it is ready.
#[inline]
pub fn to_the_end<F: Future>(call: F) {
    let mut call = pin!(call);
    while call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {}
}
