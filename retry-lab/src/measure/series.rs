//! What is drawn: figures over time.

use std::time::Duration;

use crate::measure::report::Report;
use crate::measure::tally::{Counts, Groups, Tally};

const SECOND: Duration = Duration::from_secs(1);

impl Report {
    /// Attempts at the server in each second of the run, mean over the seeds.
    #[must_use]
    pub fn attempts_over_time(&self) -> Vec<f64> {
        let attempts: Vec<Counts> = self.runs.iter().map(Tally::attempts).collect();
        let seeds = attempts.len() as u64;
        self.per_second(|from, to| {
            ratio(attempts.iter().map(|counts| counts.within(from, to)).sum(), seeds)
        })
    }

    /// The part of the calls begun in each second that ended well, mean over the seeds; 1 for a
    /// second without calls.
    #[must_use]
    pub fn success_over_time(&self) -> Vec<f64> {
        self.per_second(|from, to| self.mean(|run| [&run.hit, &run.spared].success(from, to)))
    }

    fn per_second<T>(&self, figure: impl Fn(Duration, Duration) -> T) -> Vec<T> {
        let end = self.drawn_until();
        let mut figures = Vec::new();
        let mut from = Duration::ZERO;
        while from < end {
            figures.push(figure(from, from + SECOND));
            from += SECOND;
        }
        figures
    }
}

/// `a` over `b`; 0 where `b` is.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(crate) fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}
