//! Numbers with a name and labels: as the statistics have them, as the exporter writes them, as
//! Prometheus gives them back.

use std::collections::BTreeMap;
use std::error::Error;

use retry_core::{
    BreakerSnapshot, BudgetSnapshot, CircuitState, GatesSnapshot, OperationStatistics,
    RetryRegistry, ServiceSnapshot, StatisticsSnapshot, TimeStatistics,
};

/// Where a number stands: its name, and its labels without the empty ones, which Prometheus does not
/// keep.
pub(crate) type Series = (String, BTreeMap<String, String>);
pub(crate) type Samples = BTreeMap<Series, f64>;

const STATES: [CircuitState; 7] = [
    CircuitState::Closed,
    CircuitState::ObserveOnly,
    CircuitState::Disabled,
    CircuitState::Open,
    CircuitState::HalfOpen,
    CircuitState::Ramping,
    CircuitState::ForcedOpen,
];

/// The samples of a text in the format of Prometheus.
pub(crate) fn of_text(text: &str) -> Result<Samples, Box<dyn Error>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| of_line(line).ok_or_else(|| format!("not a sample: {line}").into())).collect()
}

fn of_line(line: &str) -> Option<(Series, f64)> {
    let (series, value) = line.rsplit_once(' ')?;
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    // No name in this program has a comma or a quote.
    let labels = labels.strip_suffix('}')?.split(',').filter(|label| !label.is_empty());
    let labels: Option<Vec<_>> = labels
        .map(|label| {
            let (name, value) = label.split_once('=')?;
            Some((name, value.trim_matches('"')))
        })
        .collect();
    Some((series_of(name, &labels?), value.parse().ok()?))
}

pub(crate) fn series_of(name: &str, labels: &[(&str, &str)]) -> Series {
    let labels = labels.iter().filter(|(_, value)| !value.is_empty());
    (name.to_owned(), labels.map(|(name, value)| ((*name).into(), (*value).into())).collect())
}

/// What the program's own statistics and gates have.
pub(crate) fn of_program(statistics: &StatisticsSnapshot) -> Samples {
    let mut all = Sheet::default();
    for operation in &statistics.operations {
        all.calls(operation);
    }
    for service in RetryRegistry::process().services() {
        // What stands in brackets is a key.
        match service.name.split_once('[') {
            Some((name, _)) => all.key(name, &service),
            None => all.gates(("", &service.name), &service.gates),
        }
    }
    for operation in RetryRegistry::process().operations() {
        if operation.service.is_none() {
            all.gates((&operation.name, ""), &operation.gates);
        }
    }
    all.process(statistics);
    all.0
}

#[derive(Default)]
struct Sheet(Samples);

/// Nothing here comes near the precision of a number of Prometheus.
#[allow(clippy::cast_precision_loss)]
const fn float(count: u64) -> f64 {
    count as f64
}

impl Sheet {
    fn put(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.0.insert(series_of(name, labels), value);
    }

    fn calls(&mut self, of: &OperationStatistics) {
        let who = [("operation", &*of.name), ("service", of.service.as_deref().unwrap_or(""))];
        let mut put = |metric: &str, own: (&str, &str), count: u64| {
            self.put(metric, &[who[0], who[1], own], float(count));
        };
        put("retry_calls_total", ("outcome", "first_try"), of.succeeded_at_once);
        put("retry_calls_total", ("outcome", "retried"), of.succeeded_after.total());
        put("retry_calls_total", ("outcome", "gave_up"), of.gave_up.total());
        put("retry_calls_total", ("outcome", "panicked"), of.panicked);
        put("retry_calls_retrying", ("", ""), of.retrying);
        put("retry_attempts_total", ("", ""), of.attempts);
        put("retry_hints_total", ("", ""), of.hints);
        put("retry_waited_seconds_total", ("", ""), of.waited.as_secs());
        put("retry_dead_letters_total", ("fate", "stored"), of.letters_stored);
        put("retry_dead_letters_total", ("fate", "failed"), of.letters_failed);
        for (reason, count) in of.gave_up.iter().filter(|(_, count)| *count > 0) {
            put("retry_given_up_total", ("reason", reason.as_str()), count);
        }
        for (kind, count) in of.failed_attempts.iter().filter(|(_, count)| *count > 0) {
            put("retry_failures_total", ("kind", kind.as_str()), count);
        }
        for (retry, count) in of.retries.iter().filter(|(_, count)| *count > 0) {
            let attempt = if retry < 9 { (retry + 1).to_string() } else { "10+".to_owned() };
            put("retry_retries_total", ("attempt", &attempt), count);
        }
        self.times("retry_backoff_seconds", &who, &of.delays);
        self.times("retry_call_duration_seconds", &who, &of.latency);
    }

    fn times(&mut self, metric: &str, who: &[(&str, &str)], times: &TimeStatistics) {
        self.put(&format!("{metric}_count"), who, float(times.count));
        self.put(&format!("{metric}_sum"), who, times.sum.as_secs_f64());
    }

    fn gates(&mut self, (operation, service): (&str, &str), gates: &GatesSnapshot) {
        let who = [("operation", operation), ("service", service)];
        if let Some(breaker) = &gates.circuit_breaker {
            self.breaker(&who, breaker);
        }
        if let Some(BudgetSnapshot { tokens, capacity, refused, drawn, .. }) = gates.budget {
            self.put("retry_budget_tokens", &who, tokens);
            self.put("retry_budget_capacity", &who, capacity);
            self.put("retry_budget_drawn", &who, drawn);
            self.put("retry_budget_refused_total", &who, float(refused));
        }
        if let Some(limit) = &gates.rate_limit {
            self.put("retry_rate_limit_per_second", &who, limit.rate.unwrap_or(f64::INFINITY));
        }
    }

    fn breaker(&mut self, who: &[(&str, &str); 2], of: &BreakerSnapshot) {
        self.put("retry_circuit_state", who, f64::from(of.state() as u8));
        for state in STATES {
            let here = f64::from(u8::from(of.state() == state));
            let labels = [who[0], who[1], ("state", state.as_str())];
            self.put("retry_circuit_in_state", &labels, here);
        }
        self.put("retry_circuit_opened_total", who, float(of.opened()));
        self.put("retry_circuit_refused_total", who, float(of.refused()));
        self.put("retry_circuit_waiting", who, of.waiting().into());
        self.put("retry_circuit_in_flight", who, of.in_flight().into());
        self.put("retry_circuit_window_calls", who, of.calls().into());
        self.put("retry_circuit_window_failures", who, of.failures().into());
    }

    fn key(&mut self, service: &str, part: &ServiceSnapshot) {
        let Some(breaker) = &part.gates.circuit_breaker else { return };
        for state in STATES {
            let labels = [("service", service), ("state", state.as_str())];
            let series = series_of("retry_circuit_keys", &labels);
            *self.0.entry(series).or_default() += f64::from(u8::from(breaker.state() == state));
        }
    }

    fn process(&mut self, of: &StatisticsSnapshot) {
        for (state, count) in of.circuits.iter() {
            self.put("retry_circuit_changes_total", &[("state", state.as_str())], float(count));
        }
        self.put("retry_probes_total", &[], float(of.probes));
        let loads = "retry_settings_loads_total";
        self.put(loads, &[("outcome", "in_force")], float(of.settings_loaded));
        self.put(loads, &[("outcome", "refused")], float(of.settings_failed));
        self.put("retry_operations", &[], float(of.operations.len() as u64));
        self.put("retry_folded_operations", &[], 0.0);
        self.put("retry_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    }
}
