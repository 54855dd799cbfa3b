//! The series of one owner, as the recorder knows them.
//!
//! Their keys are made once. The recorder is asked for its cells with every publication: it may be
//! installed after the first, and one that drops what is idle would leave us with cells that nobody
//! reads.

use std::sync::Arc;

use metrics::{Key, KeyName, Label, Level, Metadata, Recorder, SharedString};

use crate::adapters::metrics::catalogue::MetricInfo;
use crate::adapters::metrics::columns::{Column, Number};
use crate::adapters::metrics::reading::Owner;

static METADATA: Metadata<'static> =
    Metadata::new(module_path!(), Level::INFO, Some(module_path!()));

/// The keys of one owner's series, by the number of their column.
#[derive(Debug)]
pub(super) struct Series {
    labels: Vec<Label>,
    keys: Vec<Option<Key>>,
}

impl Series {
    pub(super) fn of(owner: &Owner) -> Self {
        let value = |text: &str| SharedString::from_shared(Arc::from(text));
        let labels = vec![
            Label::new("operation", value(&owner.operation)),
            Label::new("service", value(&owner.service)),
        ];
        Self { labels, keys: Vec::new() }
    }

    /// Those without an owner.
    pub(super) const fn of_process() -> Self {
        Self { labels: Vec::new(), keys: Vec::new() }
    }

    /// Tells the recorder the numbers, one for each column.
    pub(super) fn publish<S>(
        &mut self,
        recorder: &dyn Recorder,
        columns: &[Column<S>],
        numbers: &[Option<Number>],
    ) {
        self.keys.resize(columns.len(), None);
        let rows = self.keys.iter_mut().zip(columns).zip(numbers);
        for ((key, column), number) in rows {
            let Some(number) = number else { continue };
            let key = key.get_or_insert_with(|| key_of(&self.labels, column.metric, column.label));
            match *number {
                Number::Total(total) => recorder.register_counter(key, &METADATA).absolute(total),
                Number::Level(level) => recorder.register_gauge(key, &METADATA).set(level),
            }
        }
    }

    /// The key of a metric without a label of its own.
    pub(super) fn key(&self, metric: &MetricInfo) -> Key {
        key_of(&self.labels, metric, "")
    }
}

fn key_of(labels: &[Label], metric: &MetricInfo, label: &'static str) -> Key {
    let own = metric.own_label().map(|name| Label::from_static_parts(name, label));
    let labels: Vec<_> = labels.iter().cloned().chain(own).collect();
    Key::from_parts(KeyName::from_const_str(metric.name), labels)
}

/// A histogram that is told what has come to it since the last time.
#[derive(Debug)]
pub(super) struct Spread {
    key: Key,
    told: Vec<u64>,
}

impl Spread {
    pub(super) const fn new(key: Key) -> Self {
        Self { key, told: Vec::new() }
    }

    /// Tells the recorder how often each value has come since the last time; `counts` are totals,
    /// and `value` says what a place in them stands for, in seconds.
    pub(super) fn publish(
        &mut self,
        recorder: &dyn Recorder,
        counts: &[u64],
        value: impl Fn(usize) -> f64,
    ) {
        let histogram = recorder.register_histogram(&self.key, &METADATA);
        self.told.resize(counts.len().max(self.told.len()), 0);
        for (place, (told, count)) in self.told.iter_mut().zip(counts).enumerate() {
            let new = count.saturating_sub(*told);
            if new > 0 {
                histogram.record_many(value(place), usize::try_from(new).unwrap_or(usize::MAX));
                *told = *count;
            }
        }
    }
}
