//! Who has series, and what the others fold into.

use std::collections::HashMap;

use metrics::Recorder;

use crate::adapters::metrics::buckets;
use crate::adapters::metrics::catalogue;
use crate::adapters::metrics::columns::{self, Column, Number};
use crate::adapters::metrics::reading::{CallReading, GateReading, Owner, ProcessReading};
use crate::adapters::metrics::series::{Series, Spread};
use crate::drivers::statistics::shared::SharedCounts;
use crate::values::statistics::OperationStatistics;

/// Everything that is published.
pub(super) struct Boards {
    most: usize,
    calls: Calls,
    gates: Gates,
    process: (Vec<Column<ProcessReading>>, Series),
}

/// The series of operations. Who has some keeps them, so that no counter ever falls.
struct Calls {
    columns: Vec<Column<OperationStatistics>>,
    shown: HashMap<Owner, CallSeries>,
    other: Option<CallSeries>,
}

struct CallSeries {
    series: Series,
    delays: Spread,
    latency: Spread,
}

struct Gates {
    columns: Vec<Column<GateReading>>,
    shown: HashMap<Owner, Series>,
}

/// What one operation, or several together, have to tell.
struct Told {
    numbers: Vec<Option<Number>>,
    delays: Vec<u64>,
    latency: Vec<u64>,
}

impl Boards {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            calls: Calls { columns: columns::of_calls(), shown: HashMap::new(), other: None },
            gates: Gates { columns: columns::of_gates(), shown: HashMap::new() },
            process: (columns::of_process(), Series::of_process()),
        }
    }

    pub(super) fn publish(&mut self, recorder: &dyn Recorder) {
        catalogue::describe(recorder);
        let calls = CallReading::all();
        let folded = self.calls.publish(recorder, &calls, self.most)
            + self.gates.publish(recorder, self.most);
        let shown = self.calls.shown.len() as u64;
        let reading = ProcessReading { shared: SharedCounts::read(), shown, folded };
        let (columns, series) = &mut self.process;
        let numbers: Vec<_> = columns.iter().map(|column| column.read(&reading)).collect();
        series.publish(recorder, columns, &numbers);
    }
}

impl Calls {
    /// Gives back how many operations had to be folded.
    fn publish(&mut self, recorder: &dyn Recorder, readings: &[CallReading], most: usize) -> u64 {
        let (mut other, mut folded) = (None::<Told>, 0);
        for reading in readings {
            let told = Told::of(&self.columns, reading);
            if let Some(series) = series_of(&mut self.shown, &reading.owner(), most) {
                series.publish(recorder, &self.columns, &told);
                continue;
            }
            folded += 1;
            match &mut other {
                Some(other) => other.add(&told),
                None => other = Some(told),
            }
        }
        if let Some(told) = other {
            let series = self.other.get_or_insert_with(|| CallSeries::of(&Owner::other()));
            series.publish(recorder, &self.columns, &told);
        }
        folded
    }
}

fn series_of<'s>(
    shown: &'s mut HashMap<Owner, CallSeries>,
    owner: &Owner,
    most: usize,
) -> Option<&'s mut CallSeries> {
    let is_full = shown.len() >= most && !shown.contains_key(owner);
    if is_full || owner.is_other() {
        return None;
    }
    Some(shown.entry(owner.clone()).or_insert_with(|| CallSeries::of(owner)))
}

impl Gates {
    /// Gives back how many owners had to be left out.
    fn publish(&mut self, recorder: &dyn Recorder, most: usize) -> u64 {
        let mut left_out = 0;
        for (owner, reading) in GateReading::all() {
            if self.shown.len() >= most && !self.shown.contains_key(&owner) {
                left_out += 1;
                continue;
            }
            let numbers: Vec<_> = self.columns.iter().map(|column| column.read(&reading)).collect();
            let new = Series::of(&owner);
            self.shown.entry(owner).or_insert(new).publish(recorder, &self.columns, &numbers);
        }
        left_out
    }
}

impl CallSeries {
    fn of(owner: &Owner) -> Self {
        let series = Series::of(owner);
        let delays = Spread::new(series.key(&catalogue::BACKOFF));
        let latency = Spread::new(series.key(&catalogue::CALL_DURATION));
        Self { series, delays, latency }
    }

    fn publish(
        &mut self,
        recorder: &dyn Recorder,
        columns: &[Column<OperationStatistics>],
        told: &Told,
    ) {
        self.series.publish(recorder, columns, &told.numbers);
        self.delays.publish(recorder, &told.delays, buckets::seconds);
        self.latency.publish(recorder, &told.latency, buckets::seconds);
    }
}

impl Told {
    fn of(columns: &[Column<OperationStatistics>], reading: &CallReading) -> Self {
        let numbers = columns.iter().map(|column| column.read(&reading.statistics)).collect();
        Self { numbers, delays: reading.delays.clone(), latency: reading.latency.clone() }
    }

    fn add(&mut self, more: &Self) {
        for (number, more) in self.numbers.iter_mut().zip(&more.numbers) {
            *number = match (*number, *more) {
                (Some(one), Some(more)) => Some(one.plus(more)),
                (one, more) => one.or(more),
            };
        }
        add(&mut self.delays, &more.delays);
        add(&mut self.latency, &more.latency);
    }
}

fn add(counts: &mut Vec<u64>, more: &[u64]) {
    counts.resize(counts.len().max(more.len()), 0);
    for (count, more) in counts.iter_mut().zip(more) {
        *count += more;
    }
}
