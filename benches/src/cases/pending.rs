//! What a further poll costs while the attempt waits, as it does for a socket.

use std::future::poll_fn;
use std::hint::black_box;
use std::io;
use std::task::Poll;
use std::time::Duration;

use backon::Retryable;
use retry_core::{Retry, RetryPolicy, with_retry};
use tokio::time::sleep;
use tokio_retry::strategy::FixedInterval;

use crate::cases::Case;
use crate::poll::to_the_end;

const TABLE: &str = "pending";

pub(super) const CASES: [Case; 7] = [
    Case::other(TABLE, "bare call", |times| to_the_end(after(times))),
    Case::other(TABLE, "loop by hand", |times| to_the_end(by_hand(times))),
    Case::ours(TABLE, "attribute, `budget = \"none\"`", |times| to_the_end(without_budget(times))),
    Case::ours(TABLE, "attribute", |times| to_the_end(annotated(times))),
    Case::ours(TABLE, "`Retry::run`", |times| {
        let retry = Retry::new(RetryPolicy::new()).with_name("stock");
        to_the_end(retry.run(|| after(times)));
    }),
    Case::other(TABLE, "backon", |times| {
        to_the_end((|| after(times)).retry(backon::ExponentialBuilder::default()));
    }),
    Case::other(TABLE, "tokio-retry", |times| {
        let schedule = FixedInterval::from_millis(100).take(2);
        to_the_end(tokio_retry::Retry::start(schedule, || after(times)));
    }),
];

/// Is ready after so many polls.
async fn after(polls: u64) -> io::Result<u64> {
    let mut left = polls;
    poll_fn(move |_| {
        // Or the compiler finds out where this leads, and does not poll at all.
        left = black_box(left.saturating_sub(1));
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    Ok(polls)
}

async fn by_hand(polls: u64) -> io::Result<u64> {
    for attempt in 1.. {
        match after(polls).await {
            Err(_) if attempt < 3 => {}
            result => return result,
        }
        sleep(Duration::from_millis(100)).await;
    }
    unreachable!()
}

#[with_retry(max_attempts = 3, budget = "none")]
async fn without_budget(polls: u64) -> io::Result<u64> {
    after(polls).await
}

#[with_retry(max_attempts = 3)]
async fn annotated(polls: u64) -> io::Result<u64> {
    after(polls).await
}
