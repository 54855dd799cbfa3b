//! Capacity for everyone, and failures: by chance, of one shard, for one process, for all.

use std::time::Duration;

use retry_core::RetryPolicy;

use crate::server::flaky::{FlakySpec, Hits};
use crate::server::timeline::{Span, Timeline};
use crate::storms::outages::USUAL;
use crate::storms::scenario::Scenario;
use crate::storms::spec::{Load, ServerSpec};
use crate::table::Figures;

/// Longer than any run.
const FOR_EVER: Span = Span::seconds(10, 3_600);

/// The usual numbers, for a server that is near.
const QUICK: RetryPolicy = USUAL.with_initial_delay(Duration::from_millis(20));

fn flaky(name: String, about: &'static str, spec: FlakySpec) -> Scenario {
    Scenario {
        name,
        about,
        load: Load::Open(Timeline::constant(1_000.0)),
        server: ServerSpec::Flaky(spec),
        layers: 1,
        processes: 100,
        keys: 1,
        hot_share: 0.0,
        handle_per_key: false,
        policy: USUAL,
        deadline: Some(Duration::from_secs(5)),
        fault: spec.fault,
        length: spec.fault.to,
        seeds: 5,
        figures: Figures::Chance,
    }
}

/// Each attempt fails with this probability, whatever else happens: what retries are for.
///
/// A hundred processes of 10 calls a second; the first delay is 20 ms, a round trip Exp(10 ms).
/// Ten healthy seconds, then failures for twenty, until the end.
#[must_use]
pub fn independent(probability: f64) -> Scenario {
    let spec = FlakySpec {
        round_trip: 0.01,
        background: 0.0,
        within: probability,
        fault: FOR_EVER,
        hits: Hits::Everyone,
    };
    let about = "100 processes of 10 calls/s, capacity for all; each attempt fails with p";
    Scenario {
        policy: QUICK,
        deadline: Some(Duration::from_secs(10)),
        fault: Span::seconds(10, 30),
        length: Duration::from_secs(30),
        ..flaky(format!("independent p={probability}"), about, spec)
    }
}

/// Shard 0 of ten fails every call for 60 s; `share` of all calls are for it. The others fail one
/// in a hundred, at any time.
///
/// Ten processes of 20 calls a second, 5 s for a call; each process has one handle for all shards,
/// or one for each, see [`Scenario::with_handle_per_key`].
#[must_use]
pub fn shard(share: f64) -> Scenario {
    let spec = FlakySpec {
        round_trip: 0.01,
        background: 0.01,
        within: 1.0,
        fault: Span::seconds(20, 80),
        hits: Hits::Key(0),
    };
    let about = "10 processes of 20 calls/s, 10 shards; shard 0 fails every call for 60 s";
    Scenario {
        load: Load::Open(Timeline::constant(200.0)),
        processes: 10,
        keys: 10,
        hot_share: share,
        length: Duration::from_secs(120),
        figures: Figures::Shard,
        ..flaky(format!("shard {:.0}%", share * 100.0), about, spec)
    }
}

fn of_fleet(name: &str, about: &'static str, hits: Hits, within: f64) -> Scenario {
    let spec =
        FlakySpec { round_trip: 0.01, background: 0.0, within, fault: Span::seconds(20, 50), hits };
    Scenario {
        load: Load::Open(Timeline::constant(300.0)),
        processes: 300,
        length: Duration::from_secs(80),
        figures: Figures::Fleet,
        ..flaky(format!("fleet, {name}"), about, spec)
    }
}

/// Every call of three hundred slow processes fails for 30 s.
///
/// One call a second each, 5 s for a call: no process sees much of the outage by itself.
#[must_use]
pub fn fleet() -> Scenario {
    of_fleet("outage", "300 processes of 1 call/s; everything fails for 30 s", Hits::Everyone, 1.0)
}

/// One of the three hundred processes of [`fleet`] is cut off for 30 s; the others are well.
#[must_use]
pub fn cut_off() -> Scenario {
    of_fleet("one cut off", "300 processes of 1 call/s; one is cut off", Hits::Process(0), 1.0)
}

/// Three of ten attempts of the processes of [`fleet`] fail for 30 s, by chance.
#[must_use]
pub fn scattered() -> Scenario {
    let about = "300 processes of 1 call/s; each attempt fails with p = 0.3 for 30 s";
    of_fleet("p=0.3", about, Hits::Everyone, 0.3)
}
