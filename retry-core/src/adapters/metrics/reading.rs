//! What the statistics and the gates hold, at the moment of a publication.

use std::collections::BTreeMap;

use crate::drivers::operations::registry::RetryRegistry;
use crate::drivers::operations::snapshot::GatesSnapshot;
use crate::drivers::services::Service;
use crate::drivers::statistics::shared::SharedCounts;
use crate::drivers::statistics::table;
use crate::values::circuit::CircuitState;
use crate::values::statistics::OperationStatistics;

/// Whose numbers they are, as labels: one of the two may be empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Owner {
    pub(super) operation: String,
    pub(super) service: String,
}

const OTHER: &str = "other";

impl Owner {
    /// Of all that have no series of their own.
    pub(super) fn other() -> Self {
        Self { operation: OTHER.to_owned(), service: String::new() }
    }

    /// Also of those that the statistics had no more room for.
    pub(super) fn is_other(&self) -> bool {
        self.operation == OTHER && self.service.is_empty()
    }
}

/// The calls of one operation.
#[derive(Debug)]
pub(super) struct CallReading {
    pub(super) statistics: OperationStatistics,
    /// How many times each cell of a histogram has.
    pub(super) delays: Vec<u64>,
    pub(super) latency: Vec<u64>,
}

impl CallReading {
    pub(super) fn owner(&self) -> Owner {
        let service = self.statistics.service.clone().unwrap_or_default();
        Owner { operation: self.statistics.name.clone(), service }
    }

    /// All operations.
    pub(super) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        table::each(|name, service, read| {
            let (delays, latency) = (read.delays().cells().into(), read.latency().cells().into());
            all.push(Self { statistics: read.statistics(name, service), delays, latency });
        });
        all
    }
}

/// How many circuits are in each state, in the order of its number.
pub(super) type Keys = [u32; CircuitState::ALL.len()];

/// The gates of one owner.
#[derive(Debug)]
pub(super) struct GateReading {
    pub(super) gates: GatesSnapshot,
    /// Of the circuits for single keys; `None` where no key has any.
    pub(super) keys: Option<Keys>,
}

/// What is told of the process as a whole.
pub(super) struct ProcessReading {
    pub(super) shared: SharedCounts,
    /// How many operations have series of their own.
    pub(super) shown: u64,
    /// How many have none.
    pub(super) folded: u64,
}

impl GateReading {
    fn of(service: &Service) -> Self {
        Self { gates: GatesSnapshot::of(service), keys: keys_of(service) }
    }

    fn is_empty(&self) -> bool {
        let GatesSnapshot { circuit_breaker, rate_limit, budget } = &self.gates;
        circuit_breaker.is_none() && rate_limit.is_none() && budget.is_none() && self.keys.is_none()
    }

    /// All gates of the process. Keys have no series, since they come from requests; what two
    /// functions of one name have for themselves is told of the first.
    pub(super) fn all() -> BTreeMap<Owner, Self> {
        let services = Service::all().into_iter().map(|service| {
            let owner = Owner { operation: String::new(), service: service.name().to_owned() };
            (owner, Self::of(&service))
        });
        let mut all: BTreeMap<_, _> = services.collect();
        for member in RetryRegistry::process().members() {
            let operation = member.operation();
            if operation.service_name().is_some() {
                continue;
            }
            let owner = Owner { operation: operation.name().to_owned(), service: String::new() };
            let mut reading = Self::of(operation.shared_with());
            reading.gates.budget = operation.own_budget().or(reading.gates.budget);
            all.entry(owner).or_insert(reading);
        }
        all.retain(|_, reading| !reading.is_empty());
        all
    }
}

fn keys_of(service: &Service) -> Option<Keys> {
    let parts = service.parts();
    let states = parts.iter().filter_map(|part| Some(part.breaker()?.state()));
    states.fold(None, |keys: Option<Keys>, state| {
        let mut keys = keys.unwrap_or_default();
        keys[state as usize] += 1;
        Some(keys)
    })
}
