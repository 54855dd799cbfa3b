//! What a scenario is made of: a server, and users.

use std::time::Duration;

use crate::chance::Chance;
use crate::client::oracle::Forecast;
use crate::client::world::Model;
use crate::server::bucket::Bucket;
use crate::server::flaky::{Flaky, FlakySpec};
use crate::server::queue::{HOP, Queue, QueueSpec};
use crate::server::row::Row;
use crate::server::timeline::Timeline;

/// When users call.
#[derive(Clone, Debug)]
pub(crate) enum Load {
    /// So many calls a second in all, at times of their own choosing.
    Open(Timeline<f64>),
    /// So many workers in each process, which take one job after the other.
    Workers(u32),
    /// One call of each process, all within this time.
    Herd(Duration),
}

/// The server.
#[derive(Clone, Debug)]
pub(crate) enum ServerSpec {
    Queue(QueueSpec),
    Flaky(FlakySpec),
    Bucket { rate: f64, burst: f64, round_trip: f64 },
    Row,
}

impl ServerSpec {
    pub(crate) fn model(&self, chance: Chance) -> Model {
        match self.clone() {
            Self::Queue(spec) => Model::Arithmetic(Box::new(Queue::new(spec, chance))),
            Self::Flaky(spec) => Model::Arithmetic(Box::new(Flaky { spec, chance })),
            Self::Bucket { rate, burst, round_trip } => {
                Model::Arithmetic(Box::new(Bucket::new(rate, burst, round_trip, chance)))
            }
            Self::Row => Model::Row(Row::default()),
        }
    }

    /// Requests per second that it can serve when it is well; `None` for any number.
    pub(crate) fn capacity(&self) -> Option<f64> {
        match self {
            Self::Queue(spec) => Some(spec.capacity()),
            Self::Bucket { rate, .. } => Some(*rate),
            Self::Flaky(_) | Self::Row => None,
        }
    }

    /// Whether a fault hits the calls of `process` for `key`.
    pub(crate) fn hits(&self, process: u32, key: u32) -> bool {
        match self {
            Self::Flaky(spec) => spec.hits.includes(process, key),
            _ => true,
        }
    }

    /// What it will do for calls of `process` for `key`.
    pub(crate) fn forecast(&self, process: u32, key: u32) -> Forecast {
        let quick = Timeline::constant(Duration::ZERO);
        match self {
            Self::Queue(spec) => forecast(spec),
            Self::Bucket { rate, .. } => {
                Forecast { rate: Timeline::constant(*rate), longest: quick }
            }
            Self::Flaky(spec) if spec.within >= 1.0 && spec.hits.includes(process, key) => {
                let rate = Timeline::except(f64::INFINITY, spec.fault, 0.0);
                Forecast { rate, longest: quick }
            }
            Self::Flaky(_) | Self::Row => {
                Forecast { rate: Timeline::constant(f64::INFINITY), longest: quick }
            }
        }
    }
}

fn forecast(spec: &QueueSpec) -> Forecast {
    let capacity = spec.capacity();
    let rate = match spec.refuses {
        Some(refuses) => Timeline::except(capacity, refuses, 0.0),
        None => spec.speed.map(|speed| capacity * speed),
    };
    let slowest = spec.service.mul_f64(1.5);
    let longest = spec.speed.map(|speed| match speed {
        0.0 => Duration::MAX,
        speed => slowest.div_f64(speed) + HOP * 2,
    });
    Forecast { rate, longest }
}
