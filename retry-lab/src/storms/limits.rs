//! The server is there, and cannot do all that is asked of it.

use std::time::Duration;

use crate::server::queue::QueueSpec;
use crate::server::timeline::{Span, Timeline};
use crate::storms::outages::{USUAL, outage, server};
use crate::storms::scenario::Scenario;
use crate::storms::spec::{Load, ServerSpec};
use crate::table::Figures;

/// For 20 s there are more users than the server can serve: 0.7 of its capacity becomes 1.2.
///
/// One layer; the queue is short, and turning somebody away costs a fifth of serving them.
#[must_use]
pub fn spike() -> Scenario {
    let fault = Span::seconds(20, 40);
    let server = QueueSpec { queue: 12, rejection: 0.2, ..server(Timeline::constant(1.0), None) };
    let about =
        "one layer, queue 12, a rejection costs 20 % of a service; load 0.7 -> 1.2 for 20 s";
    Scenario {
        layers: 1,
        load: Load::Open(Timeline::except(42.0, fault, 72.0)),
        ..outage("spike".to_owned(), about, fault, server)
    }
}

/// The server is five times slower for 20 s, and says nothing.
///
/// One layer of ten processes, 120 calls a second of 200; 5 s for a call and 1 s for an attempt.
#[must_use]
pub fn slow() -> Scenario {
    let fault = Span::seconds(20, 40);
    let speed = Timeline::except(1.0, fault, 0.2);
    let server = QueueSpec { workers: 20, queue: 600, ..server(speed, None) };
    let about = "one layer of 10 processes, 120 calls/s of 200; five times slower for 20 s";
    Scenario {
        layers: 1,
        processes: 10,
        load: Load::Open(Timeline::constant(120.0)),
        deadline: Some(Duration::from_secs(5)),
        ..outage("slow".to_owned(), about, fault, server)
    }
}

/// The server lets 25 requests a second through, and asks the rest to come back in whole seconds.
///
/// Ten processes of five workers, each of which takes one job after the other for 60 s; eight
/// attempts and 30 s for a job. There is no healthy time: all of it is measured.
#[must_use]
pub fn limited() -> Scenario {
    let spec = server(Timeline::constant(1.0), None);
    let about = "10 processes of 5 workers; a bucket of 25/s, 429 with whole seconds to wait";
    Scenario {
        load: Load::Workers(5),
        server: ServerSpec::Bucket { rate: 25.0, burst: 25.0, round_trip: 0.02 },
        layers: 1,
        processes: 10,
        policy: USUAL.with_max_attempts(8),
        deadline: Some(Duration::from_secs(30)),
        length: Duration::from_secs(60),
        figures: Figures::Limited,
        ..outage("limited".to_owned(), about, Span::seconds(0, 60), spec)
    }
}
