//! The storms: ten worlds in which a policy is judged, each with a constructor.

mod chance;
mod herds;
mod limits;
mod outages;
pub(crate) mod scenario;
pub(crate) mod spec;

pub use chance::{cut_off, fleet, independent, scattered, shard};
pub use herds::{contention, reconnect};
pub use limits::{limited, slow, spike};
pub use outages::{refused, refused_one_layer, stalled};

use std::time::Duration;

use scenario::Scenario;

/// Every storm, in the order of the tables.
#[must_use]
pub fn all() -> Vec<Scenario> {
    let seconds = Duration::from_secs;
    let mut all = vec![contention(20), contention(100), contention(190)];
    all.extend([refused(seconds(2)), refused(seconds(30))]);
    all.extend([10, 1].map(|each| refused_one_layer(seconds(30), each)));
    all.extend([stalled(), stalled().with_layers(1), spike()]);
    all.extend([0.05, 0.1, 0.3, 1.0].map(independent));
    all.extend([limited(), slow(), reconnect()]);
    all.extend([0.1, 0.3, 0.6].map(shard));
    all.extend([0.1, 0.3, 0.6].map(|share| shard(share).with_handle_per_key()));
    all.extend([fleet(), cut_off(), scattered()]);
    all
}
