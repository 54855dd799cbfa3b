//! What is drawn: figures over time.

use std::time::Duration;

use crate::measure::report::Report;
use crate::measure::tally::{Counts, Groups, SLOT, Tally};
use crate::storms::spec::Load;

const SECOND: Duration = Duration::from_secs(1);

/// A figure over time, in steps: the start and the end of each in seconds, with the value there.
pub(crate) type Series = Vec<(f64, f64)>;

/// Reports of one scenario, and the time that they are drawn over.
pub(crate) struct Curves<'a> {
    pub(crate) reports: &'a [Report],
    pub(crate) end: Duration,
}

impl<'a> Curves<'a> {
    pub(crate) fn new(reports: &'a [Report]) -> Self {
        let end = reports.iter().map(until).max().unwrap_or(SECOND);
        Self { reports, end }
    }

    /// Attempts at the server over `unit` per second, over time: mean over the seeds.
    pub(crate) fn attempts(&self, unit: f64) -> Vec<Series> {
        let each = |report: &Report| {
            let attempts: Vec<Counts> = report.runs.iter().map(Tally::attempts).collect();
            let seeds = attempts.len() as u64;
            self.steps(self.step(), |from, to| {
                let sum = attempts.iter().map(|counts| counts.within(from, to)).sum();
                ratio(sum, seeds) / to.saturating_sub(from).as_secs_f64() / unit
            })
        };
        self.reports.iter().map(each).collect()
    }

    /// The part of the calls begun in each second that ended well, mean over the seeds; 1 for a
    /// second without calls.
    pub(crate) fn success(&self) -> Vec<Series> {
        let success = |run: &Tally, from, to| [&run.hit, &run.spared].success(from, to);
        let each = |report: &Report| {
            self.steps(SECOND, |from, to| report.mean(|run| success(run, from, to)))
        };
        self.reports.iter().map(each).collect()
    }

    /// The part of all calls that had ended well by then, mean over the seeds.
    pub(crate) fn done(&self) -> Vec<Series> {
        let done = |run: &Tally, to| run.done.within(Duration::ZERO, to);
        let part = |run: &Tally, to| ratio(done(run, to), run.ends.len() as u64);
        let each =
            |report: &Report| self.steps(self.step(), |_, to| report.mean(|run| part(run, to)));
        self.reports.iter().map(each).collect()
    }

    /// A second, or less where it is all over in a few.
    fn step(&self) -> Duration {
        if self.end > Duration::from_secs(12) { SECOND } else { SLOT }
    }

    fn steps(&self, step: Duration, figure: impl Fn(Duration, Duration) -> f64) -> Series {
        let starts = std::iter::successors(Some(Duration::ZERO), |from| Some(*from + step));
        starts
            .take_while(|from| *from < self.end)
            .flat_map(|from| {
                let value = figure(from, from + step);
                [(from.as_secs_f64(), value), ((from + step).as_secs_f64(), value)]
            })
            .collect()
    }
}

/// The second in which there is nothing more to draw of a report.
fn until(report: &Report) -> Duration {
    let length = report.scenario.length;
    match report.scenario.load {
        Load::Herd(_) => Duration::from_secs(report.completion().as_secs() + 1).min(length),
        _ => length,
    }
}

/// `a` over `b`; 0 where `b` is.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(crate) fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}
