//! All at once: a contended row, and a thousand clients that come back.

use std::time::Duration;

use retry_core::RetryPolicy;

use crate::server::queue::QueueSpec;
use crate::server::timeline::{Span, Timeline};
use crate::storms::outages::{USUAL, outage, server};
use crate::storms::scenario::Scenario;
use crate::storms::spec::{Load, ServerSpec};
use crate::table::Figures;

/// Until the write gets through, from 5 ms up to 2 s.
const OPTIMIST: RetryPolicy = RetryPolicy::new()
    .with_max_attempts(u32::MAX)
    .with_initial_delay(Duration::from_millis(5))
    .with_max_delay(Duration::from_secs(2));

/// Until there is a connection, from 0.1 s up to 10 s.
const PERSISTENT: RetryPolicy =
    USUAL.with_max_attempts(u32::MAX).with_max_delay(Duration::from_secs(10));

/// So many clients change one row at the same time, under an optimistic lock.
///
/// Each reads the row and writes it if it is unchanged, over a network of |N(10, 2)| ms a hop;
/// attempts without limit, from 5 ms up to 2 s.
#[must_use]
pub fn contention(clients: u32) -> Scenario {
    let about = "clients write one row at once, under an optimistic lock, until they succeed";
    let spec = server(Timeline::constant(1.0), None);
    Scenario {
        load: Load::Herd(Duration::ZERO),
        server: ServerSpec::Row,
        layers: 1,
        processes: clients,
        policy: OPTIMIST,
        deadline: None,
        length: Duration::from_secs(60),
        figures: Figures::Contention,
        ..outage(format!("contention {clients}"), about, Span::seconds(0, 60), spec)
    }
}

/// A restart: a thousand clients drop within 50 ms and come back without limit, from 0.1 s up to
/// 10 s; the server refuses for 15 s and then does 100 of them a second, with 100 that wait.
#[must_use]
pub fn reconnect() -> Scenario {
    let fault = Span::seconds(0, 15);
    let about = "1000 clients drop at once and reconnect; the server is back after 15 s, at 100/s";
    let spec =
        QueueSpec { workers: 10, queue: 100, ..server(Timeline::constant(1.0), Some(fault)) };
    Scenario {
        load: Load::Herd(Duration::from_millis(50)),
        layers: 1,
        processes: 1_000,
        policy: PERSISTENT,
        deadline: None,
        length: Duration::from_secs(60),
        figures: Figures::Reconnect,
        ..outage("reconnect".to_owned(), about, fault, spec)
    }
}
