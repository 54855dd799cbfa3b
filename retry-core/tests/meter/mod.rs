//! A recorder that remembers, for tests of what is published.

#![allow(dead_code)] // each test uses some of it

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use retry_core::MetricsReporter;

/// Every series, under its name with its labels, as Prometheus writes them.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    counters: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    gauges: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    histograms: Mutex<BTreeMap<String, Arc<Values>>>,
    described: Mutex<BTreeMap<String, (Option<Unit>, String)>>,
}

/// What a histogram was told.
#[derive(Debug, Default)]
pub(crate) struct Values(Mutex<Vec<f64>>);

impl HistogramFn for Values {
    fn record(&self, value: f64) {
        self.0.lock().unwrap().push(value);
    }
}

impl Meter {
    /// What the reporter tells it now.
    pub(crate) fn of(reporter: &MetricsReporter) -> Self {
        let meter = Self::default();
        meter.take(reporter);
        meter
    }

    pub(crate) fn take(&self, reporter: &MetricsReporter) {
        metrics::with_local_recorder(self, || reporter.publish());
    }

    pub(crate) fn counter(&self, series: &str) -> Option<u64> {
        Some(self.counters.lock().unwrap().get(series)?.load(Ordering::Relaxed))
    }

    pub(crate) fn gauge(&self, series: &str) -> Option<f64> {
        Some(f64::from_bits(self.gauges.lock().unwrap().get(series)?.load(Ordering::Relaxed)))
    }

    pub(crate) fn values(&self, series: &str) -> Vec<f64> {
        let histograms = self.histograms.lock().unwrap();
        histograms.get(series).map_or_else(Vec::new, |values| values.0.lock().unwrap().clone())
    }

    pub(crate) fn described(&self, metric: &str) -> Option<(Option<Unit>, String)> {
        self.described.lock().unwrap().get(metric).cloned()
    }

    /// The names of all series.
    pub(crate) fn series(&self) -> Vec<String> {
        let (counters, gauges) = (self.counters.lock().unwrap(), self.gauges.lock().unwrap());
        let histograms = self.histograms.lock().unwrap();
        counters.keys().chain(gauges.keys()).chain(histograms.keys()).cloned().collect()
    }

    fn describe(&self, name: &KeyName, unit: Option<Unit>, about: &SharedString) {
        let about = (unit, about.to_string());
        self.described.lock().unwrap().insert(name.as_str().to_owned(), about);
    }
}

fn name(key: &Key) -> String {
    let label = |label: &metrics::Label| format!("{}={:?}", label.key(), label.value());
    let labels: Vec<_> = key.labels().map(label).collect();
    format!("{}{{{}}}", key.name(), labels.join(","))
}

impl Recorder for Meter {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, about: SharedString) {
        self.describe(&key, unit, &about);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, about: SharedString) {
        self.describe(&key, unit, &about);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, about: SharedString) {
        self.describe(&key, unit, &about);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.counters.lock().unwrap().entry(name(key)).or_default().clone())
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.gauges.lock().unwrap().entry(name(key)).or_default().clone())
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.histograms.lock().unwrap().entry(name(key)).or_default().clone())
    }
}
