//! What a retried call holds: the bytes of its future, and those of a breaker.
//!
//! A program of its own, since an allocator that counts would be counted.

use std::alloc::System;
use std::hint::black_box;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use backon::Retryable;
use retry_core::{BreakerPolicy, CircuitBreaker, Retry, RetryPolicy, Window, with_retry};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::time::sleep;
use tokio_retry::strategy::FixedInterval;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const DELAY: Duration = Duration::from_millis(100);

/// Waits for one poll, in one byte.
struct Once(bool);

impl Future for Once {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// The same ways to call an operation, for one of each size.
macro_rules! ways {
    ($module:ident, $bytes:literal) => {
        mod $module {
            use super::*;

            pub(super) async fn operation() -> io::Result<u64> {
                let buffer = black_box([0_u8; $bytes]);
                Once(false).await;
                Ok(black_box(&buffer).len() as u64)
            }

            async fn bare() -> io::Result<u64> {
                operation().await
            }

            async fn by_hand() -> io::Result<u64> {
                for attempt in 1.. {
                    match operation().await {
                        Err(_) if attempt < 3 => {}
                        result => return result,
                    }
                    sleep(DELAY).await;
                }
                unreachable!()
            }

            #[with_retry(max_attempts = 3, budget = "none")]
            async fn without_budget() -> io::Result<u64> {
                operation().await
            }

            #[with_retry(max_attempts = 3)]
            async fn annotated() -> io::Result<u64> {
                operation().await
            }

            #[with_retry(max_attempts = 3, timeout = "5s", attempt_timeout = "1s")]
            async fn limited() -> io::Result<u64> {
                operation().await
            }

            pub(super) fn sizes(table: &str) {
                let own = size_of_val(&operation());
                let retry = Retry::new(RetryPolicy::new());
                let backon = operation.retry(backon::ExponentialBuilder::default());
                let schedule = FixedInterval::from_millis(100).take(2);
                let tokio_retry = tokio_retry::Retry::start(schedule, operation);
                let rows = [
                    ("bare call", size_of_val(&bare())),
                    ("loop by hand", size_of_val(&by_hand())),
                    ("attribute, `budget = \"none\"`", size_of_val(&without_budget())),
                    ("attribute", size_of_val(&annotated())),
                    ("attribute, `timeout` and `attempt_timeout`", size_of_val(&limited())),
                    ("`Retry::run`", size_of_val(&retry.run(operation))),
                    ("backon", size_of_val(&backon)),
                    ("tokio-retry", size_of_val(&tokio_retry)),
                ];
                for (row, bytes) in rows {
                    println!("{table}\t{row}\tidle\t{}", bytes - own);
                }
            }
        }
    };
}

ways!(small, 6);
ways!(large, 240);

fn main() {
    assert_eq!(size_of_val(&large::operation()), 242, "the operation is as large as said");
    assert_eq!(size_of_val(&small::operation()), 8, "the operation is as large as said");
    small::sizes("bytes around 8");
    large::sizes("bytes around 242");
    let policy = BreakerPolicy::new();
    let breakers = [
        ("failures in a row", policy.with_consecutive_failures(5).without_window()),
        ("the last 100 calls", policy),
        ("the last 10,000 calls", policy.with_window(Window::Count(10_000))),
        ("the last 10 s", policy.with_window(Window::Time(Duration::from_secs(10)))),
    ];
    for (row, policy) in breakers {
        drop(CircuitBreaker::new(policy));
        let region = Region::new(ALLOCATOR);
        let breaker = black_box(CircuitBreaker::new(policy));
        let bytes = region.change().bytes_allocated + size_of_val(&breaker);
        println!("breaker bytes\t{row}\tidle\t{bytes}");
    }
}
