//! Reports as a table for people.
//!
//! Each world has figures of its own: what a contended row is judged by says nothing about an
//! outage. A table has one row per line-up and only the columns that mean something there.

use std::time::Duration;

use crate::measure::report::Report;
use crate::measure::tally::Counts;

/// Which figures a scenario is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figures {
    Outage,
    Chance,
    Contention,
    Limited,
    Reconnect,
    Shard,
    Fleet,
}

/// A heading, and what stands under it.
pub(crate) type Column = (&'static str, fn(&Report) -> String);

const OUTAGE: [Column; 9] = [
    ("ok during", |r| percent(r.success_during())),
    ("ok after", |r| percent(r.success_after())),
    ("A mean", |r| load(r.mean_load())),
    ("A worst", |r| load(r.worst_load())),
    ("recovery", recovery),
    ("wasted", |r| percent(r.wasted())),
    ("goodput/s", |r| load(r.goodput())),
    ("p99 s", |r| seconds(r.p99())),
    COST,
];
const CHANCE: [Column; 5] = [
    ("ok", |r| percent(r.success())),
    ("A mean", |r| load(r.mean_load())),
    ("A worst", |r| load(r.worst_load())),
    ("p99 s", |r| seconds(r.p99())),
    COST,
];
const CONTENTION: [Column; 5] = [
    ("ok", |r| percent(r.success())),
    ("completion s", |r| seconds(r.completion())),
    ("writes", |r| format!("{:.0}", r.attempts_per_call() * f64::from(r.scenario.processes))),
    ("writes/client", |r| load(r.attempts_per_call())),
    COST,
];
const LIMITED: [Column; 6] = [
    ("goodput/limit", |r| percent(r.goodput() / r.scenario.server.capacity().unwrap_or(1.0))),
    ("failed jobs", |r| percent(1.0 - r.success())),
    ("rejections/ok", |r| load(r.rejections_per_success())),
    ("Jain", |r| format!("{:.3}", r.fairness())),
    ("p99 s", |r| seconds(r.p99())),
    COST,
];
const RECONNECT: [Column; 6] = [
    ("ok", |r| percent(r.success())),
    ("p99 ended s", |r| seconds(r.ended_p99())),
    ("last s", |r| seconds(r.completion())),
    ("attempts/client", |r| load(r.attempts_per_call())),
    ("worst burst", |r| load(r.worst_burst())),
    COST,
];
const SHARD: [Column; 6] = [
    ("ok healthy", |r| percent(r.spared_success())),
    ("tries/bad call", |r| load(r.attempts_per_hit_call())),
    ("ok repaired", |r| percent(r.hit_success_after())),
    ("A worst", |r| load(r.worst_load())),
    ("p99 s", |r| seconds(r.p99())),
    COST,
];
const FLEET: [Column; 6] = [
    ("A mean", |r| load(r.mean_load())),
    ("probes/s", |r| load(r.attempts_per_second())),
    ("ok during", |r| percent(r.success_during())),
    ("ok after", |r| percent(r.success_after())),
    ("ok others", |r| others(r)),
    COST,
];
const COST: Column = ("J", |r| format!("{:.3}", r.cost()));

/// The columns of a scenario.
pub(crate) fn columns(figures: Figures) -> &'static [Column] {
    match figures {
        Figures::Outage => &OUTAGE,
        Figures::Chance => &CHANCE,
        Figures::Contention => &CONTENTION,
        Figures::Limited => &LIMITED,
        Figures::Reconnect => &RECONNECT,
        Figures::Shard => &SHARD,
        Figures::Fleet => &FLEET,
    }
}

/// The reports of one scenario as an aligned table, with the scenario above it; empty for no
/// reports.
#[must_use]
pub fn table(reports: &[Report]) -> String {
    let Some(first) = reports.first() else { return String::new() };
    let scenario = &first.scenario;
    let columns = columns(scenario.figures);
    let heading = |column: &Column| column.0.to_owned();
    let mut rows = vec![line("line-up", columns.iter().map(heading))];
    rows.extend(
        reports
            .iter()
            .map(|report| line(report.lineup(), columns.iter().map(|column| column.1(report)))),
    );
    format!("{}: {}\n{}", scenario.name(), scenario.about(), align(&rows))
}

fn line(name: &str, cells: impl Iterator<Item = String>) -> Vec<String> {
    std::iter::once(name.to_owned()).chain(cells).collect()
}

/// Names to the left, figures to the right, each column as wide as its widest cell.
fn align(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let name = format!("  {:<1$}", row[0], widths[0]);
        let cells =
            row.iter().zip(&widths).skip(1).map(|(cell, width)| format!("  {cell:>width$}"));
        text.push_str(&(name + &cells.collect::<String>()));
        text.push('\n');
    }
    text
}

fn percent(part: f64) -> String {
    format!("{:.1}%", part * 100.0)
}

fn load(load: f64) -> String {
    if load >= 100.0 { format!("{load:.0}") } else { format!("{load:.2}") }
}

fn seconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64())
}

/// The median, and how many seeds never recovered where not all agree.
fn recovery(report: &Report) -> String {
    let recoveries = report.recoveries();
    let never = recoveries.iter().filter(|recovery| recovery.is_none()).count();
    match report.recovery() {
        None if never == recoveries.len() => "never".to_owned(),
        None => format!("never ({never}/{})", recoveries.len()),
        Some(time) if never == 0 => format!("{:.0} s", time.as_secs_f64()),
        Some(time) => format!("{:.0} s ({never} never)", time.as_secs_f64()),
    }
}

/// The success of those that the fault spares, where it spares any.
fn others(report: &Report) -> String {
    let spared = report.runs.iter().any(|run| run.spared.calls != Counts::default());
    if spared { percent(report.spared_success()) } else { "-".to_owned() }
}
