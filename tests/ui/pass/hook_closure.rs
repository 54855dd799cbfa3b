//! `on_retry` with a closure that reads an argument and the delay.

use std::cell::Cell;
use std::time::Duration;

use retry_core::with_retry;

#[with_retry(
    initial_delay = "1ms",
    jitter = "none",
    on_retry = |r| delays.set(delays.get() + r.delay()),
)]
async fn count(delays: &Cell<Duration>, calls: &mut u32) -> Result<(), std::fmt::Error> {
    *calls += 1;
    Err(std::fmt::Error)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (delays, mut calls) = (Cell::default(), 0);
    count(&delays, &mut calls).await.unwrap_err();
    assert_eq!((delays.get(), calls), (Duration::from_millis(3), 3));
}
