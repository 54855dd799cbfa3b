//! What is drawn: figures over time.

use std::time::Duration;

use crate::measure::report::Report;
use crate::measure::tally::{Counts, Groups, SLOT, Tally};
use crate::storms::spec::Load;

const SECOND: Duration = Duration::from_secs(1);

/// A figure over time, in steps: the start and the end of each in seconds, with the value there.
pub(crate) type Series = Vec<(f64, f64)>;

impl Report {
    /// Attempts at the server per second, over time: mean over the seeds.
    pub(crate) fn attempts_over_time(&self) -> Series {
        let attempts: Vec<Counts> = self.runs.iter().map(Tally::attempts).collect();
        let seeds = attempts.len() as u64;
        self.over_time(self.bin(), |from, to| {
            let sum = attempts.iter().map(|counts| counts.within(from, to)).sum();
            ratio(sum, seeds) / to.saturating_sub(from).as_secs_f64()
        })
    }

    /// The part of the calls begun in each second that ended well, mean over the seeds; 1 for a
    /// second without calls.
    pub(crate) fn success_over_time(&self) -> Series {
        let success = |run: &Tally, from, to| [&run.hit, &run.spared].success(from, to);
        self.over_time(SECOND, |from, to| self.mean(|run| success(run, from, to)))
    }

    /// The part of all calls that had ended well by then, mean over the seeds.
    pub(crate) fn done_over_time(&self) -> Series {
        let done = |run: &Tally, to| run.done.within(Duration::ZERO, to);
        let part = |run: &Tally, to| ratio(done(run, to), run.ends.len() as u64);
        self.over_time(self.bin(), |_, to| self.mean(|run| part(run, to)))
    }

    /// How much time one value is for: a second, or less where it is all over in a few.
    fn bin(&self) -> Duration {
        if self.drawn_until() > Duration::from_secs(12) { SECOND } else { SLOT }
    }

    fn over_time(&self, bin: Duration, figure: impl Fn(Duration, Duration) -> f64) -> Series {
        let end = self.drawn_until();
        let starts = std::iter::successors(Some(Duration::ZERO), |from| Some(*from + bin));
        starts
            .take_while(|from| *from < end)
            .flat_map(|from| {
                let value = figure(from, from + bin);
                [(from.as_secs_f64(), value), ((from + bin).as_secs_f64(), value)]
            })
            .collect()
    }

    /// Until when there is something to draw.
    fn drawn_until(&self) -> Duration {
        let end = self.completion() + SECOND;
        let length = self.scenario.length;
        if matches!(self.scenario.load, Load::Herd(_)) { end.min(length) } else { length }
    }
}

/// `a` over `b`; 0 where `b` is.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(crate) fn ratio(a: u64, b: u64) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}
