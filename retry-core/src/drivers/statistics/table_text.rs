//! Statistics as a table that a person can read.

use std::fmt;
use std::time::Duration;

use crate::drivers::statistics::snapshot::StatisticsSnapshot;
use crate::values::statistics::{OperationStatistics, TimeStatistics};

const HEADS: [&str; 11] = [
    "operation",
    "calls",
    "at once",
    "retried",
    "gave up",
    "panicked",
    "attempts",
    "waited",
    "p50",
    "p99",
    "max",
];

/// A line for each operation and one for all, with a dash where nothing was measured; below it what
/// happened to what calls share.
impl fmt::Display for StatisticsSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operations = self.operations.iter().chain([&self.total]).map(row);
        let rows: Vec<_> = [HEADS.map(String::from)].into_iter().chain(operations).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
        let widths: Vec<_> = (0..HEADS.len()).filter_map(width).collect();
        for row in &rows {
            write!(f, "{:<1$}", row[0], widths[0])?;
            for (cell, width) in row.iter().zip(&widths).skip(1) {
                write!(f, "  {cell:>width$}")?;
            }
            writeln!(f)?;
        }
        self.shared(f)
    }
}

impl StatisticsSnapshot {
    fn shared(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states = self.circuits.iter().filter(|(_, count)| *count > 0);
        let states: Vec<_> = states.map(|(state, count)| format!("{state} {count}")).collect();
        if !states.is_empty() {
            write!(f, "circuits: {}; probes {}", states.join(", "), self.probes)?;
            writeln!(f)?;
        }
        if self.settings_loaded + self.settings_failed > 0 {
            writeln!(
                f,
                "settings: loaded {}, broken {}",
                self.settings_loaded, self.settings_failed
            )?;
        }
        Ok(())
    }
}

fn row(of: &OperationStatistics) -> [String; HEADS.len()] {
    let name = match &of.service {
        Some(service) => format!("{} ({service})", of.name),
        None => of.name.clone(),
    };
    let TimeStatistics { p50, p99, max, .. } = of.latency;
    let time = |time| if of.latency.count == 0 { "-".to_owned() } else { short(time) };
    [
        name,
        of.calls().to_string(),
        of.succeeded_at_once.to_string(),
        of.succeeded_after.total().to_string(),
        of.gave_up.total().to_string(),
        of.panicked.to_string(),
        of.attempts.to_string(),
        short(of.waited),
        time(p50),
        time(p99),
        time(max),
    ]
}

/// A time with three digits: nobody compares more of them.
pub(crate) fn short(time: Duration) -> String {
    let digits = |value: f64| match value {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    let seconds = time.as_secs_f64();
    let (value, unit) = match seconds {
        0.0 => return "0".to_owned(),
        ..0.000_999_5 => (seconds * 1e6, "µs"),
        ..0.999_5 => (seconds * 1e3, "ms"),
        ..120.0 => (seconds, "s"),
        ..7_200.0 => (seconds / 60.0, "min"),
        _ => (seconds / 3_600.0, "h"),
    };
    format!("{value:.*} {unit}", digits(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_short_in_every_magnitude() {
        let nanos =
            [0, 62, 1_500, 250_000, 2_500_000, 999_600_000, 12_340_000_000, 130_000_000_000];
        let texts = nanos.map(|nanos| short(Duration::from_nanos(nanos)));
        assert_eq!(
            texts,
            ["0", "0.06 µs", "1.50 µs", "250 µs", "2.50 ms", "1.00 s", "12.3 s", "2.17 min"]
        );
        assert_eq!(short(Duration::from_secs(36_000)), "10.0 h");
    }
}
