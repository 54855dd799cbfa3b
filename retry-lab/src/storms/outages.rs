//! The server is gone for a while: it refuses, or it stalls.

use std::time::Duration;

use retry_core::RetryPolicy;

use crate::server::queue::QueueSpec;
use crate::server::timeline::{Span, Timeline};
use crate::storms::scenario::Scenario;
use crate::storms::spec::{Load, ServerSpec};
use crate::table::Figures;

const FAULT: u64 = 20;
const AFTERWARDS: Duration = Duration::from_secs(40);

/// Up to four attempts from 0.1 s to 5 s: the numbers of all worlds that name no others.
pub(super) const USUAL: RetryPolicy = RetryPolicy::new()
    .with_max_attempts(4)
    .with_initial_delay(Duration::from_millis(100))
    .with_max_delay(Duration::from_secs(5));

/// With the attempt timeout of the worlds that have one.
pub(super) const TIMED: RetryPolicy = USUAL.with_attempt_timeout(Duration::from_secs(1));

/// Six workers of 0.1 s: 60 requests per second, and 120 that wait.
pub(super) const fn server(speed: Timeline<f64>, refuses: Option<Span>) -> QueueSpec {
    QueueSpec {
        workers: 6,
        service: Duration::from_millis(100),
        queue: 120,
        rejection: 0.0,
        speed,
        refuses,
    }
}

pub(super) fn outage(
    name: String,
    about: &'static str,
    fault: Span,
    server: QueueSpec,
) -> Scenario {
    Scenario {
        name,
        about,
        load: Load::Open(Timeline::constant(42.0)),
        server: ServerSpec::Queue(server),
        layers: 3,
        processes: 3,
        keys: 1,
        hot_share: 0.0,
        handle_per_key: false,
        policy: TIMED,
        deadline: Some(Duration::from_secs(10)),
        fault,
        length: fault.to + AFTERWARDS,
        seeds: 5,
        figures: Figures::Outage,
    }
}

fn fault(length: Duration) -> Span {
    let from = Duration::from_secs(FAULT);
    Span { from, to: from + length }
}

/// The server refuses every connection for `length`.
///
/// Three layers of three processes, each of which retries; 42 calls a second, of 60 that the server
/// can do; 10 s for a call and 1 s for an attempt. The fault begins at 20 s and is followed by 40 s.
#[must_use]
pub fn refused(length: Duration) -> Scenario {
    let fault = fault(length);
    let server = server(Timeline::constant(1.0), Some(fault));
    let about = "layers of 3 processes that all retry (3 unless said), 42 calls/s of 60; the server refuses";
    outage(format!("refused {}s", length.as_secs()), about, fault, server)
}

/// The server refuses for `length`, to one layer of processes of `each` calls a second: as many of
/// them as come nearest to 42 calls a second in all.
///
/// # Panics
///
/// When `each` is zero.
#[must_use]
pub fn refused_one_layer(length: Duration, each: u32) -> Scenario {
    let processes = ((42 + each / 2) / each).max(1);
    Scenario {
        name: format!("refused {}s, 1 layer at {each}/s each", length.as_secs()),
        about: "one layer of processes, about 42 calls/s of 60; the server refuses",
        layers: 1,
        processes,
        load: Load::Open(Timeline::constant(f64::from(processes * each))),
        ..refused(length)
    }
}

/// The server stalls for 10 s: nothing fails, and nothing is answered. Otherwise as [`refused`].
#[must_use]
pub fn stalled() -> Scenario {
    let fault = fault(Duration::from_secs(10));
    let server = server(Timeline::except(1.0, fault, 0.0), None);
    let about = "layers of 3 processes that all retry (3 unless said), 42 calls/s of 60; the server stalls for 10 s";
    outage("stalled".to_owned(), about, fault, server)
}
