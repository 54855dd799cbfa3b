//! What a line-up made of a storm.
//!
//! Figures are means over the seeds, each read out of the counts of a run from the start of the
//! fault to the end: what happened before is the same for everyone. *Load* is attempts at the
//! server over what the users alone would send, so 1 is a world without retries.

use std::fmt;
use std::time::Duration;

use crate::measure::series::ratio;
use crate::measure::tally::{Counts, Groups, Tally};
use crate::server::timeline::Span;
use crate::storms::scenario::Scenario;
use crate::table;

const SECOND: Duration = Duration::from_secs(1);
/// Later than anything.
pub(super) const END: Duration = Duration::from_secs(1_000_000);

/// The figures of one line-up in one scenario.
#[derive(Clone, Debug)]
pub struct Report {
    pub(crate) scenario: Scenario,
    lineup: String,
    pub(crate) runs: Vec<Tally>,
}

impl Report {
    pub(crate) fn new(scenario: Scenario, lineup: &str, runs: Vec<Tally>) -> Self {
        Self { scenario, lineup: lineup.to_owned(), runs }
    }

    /// The name of the line-up.
    #[must_use]
    pub fn lineup(&self) -> &str {
        &self.lineup
    }

    /// Attempts at the server per user call while the fault lasted.
    #[must_use]
    pub fn mean_load(&self) -> f64 {
        let fault = self.scenario.fault;
        self.mean(|run| {
            let (attempts, calls) = (run.attempts(), run.calls());
            ratio(attempts.within(fault.from, fault.to), calls.within(fault.from, fault.to))
        })
    }

    /// Attempts at the server in the worst second after the fault began, over the normal calls of
    /// a second. Users come at random: without retries the worst second of a minute is about 1.4
    /// at 42 calls a second. 0 where the users have no rate.
    #[must_use]
    pub fn worst_load(&self) -> f64 {
        let Some(rate) = self.scenario.rate() else { return 0.0 };
        self.mean(|run| {
            let attempts = run.attempts();
            let load = |at| ratio(attempts.within(at, at + SECOND), 1) / rate.at(at);
            self.seconds(self.scenario.fault.from).map(load).fold(0.0, f64::max)
        })
    }

    /// Attempts at the server per user call, from the start of the fault to the end.
    #[must_use]
    pub fn attempts_per_call(&self) -> f64 {
        let from = self.scenario.fault.from;
        self.mean(|run| ratio(run.attempts().within(from, END), run.calls().within(from, END)))
    }

    /// The part of the calls begun since the fault's start that ended well.
    #[must_use]
    pub fn success(&self) -> f64 {
        self.success_within(self.scenario.fault.from, END)
    }

    /// The part of the calls begun while the fault lasted that ended well, then or later.
    #[must_use]
    pub fn success_during(&self) -> f64 {
        self.success_within(self.scenario.fault.from, self.scenario.fault.to)
    }

    /// The part of the calls begun after the fault that ended well; 1 where there were none.
    #[must_use]
    pub fn success_after(&self) -> f64 {
        self.success_within(self.scenario.fault.to, END)
    }

    fn success_within(&self, from: Duration, to: Duration) -> f64 {
        self.mean(|run| [&run.hit, &run.spared].success(from, to))
    }

    /// The part of the calls that the fault spares, begun while it lasted, that ended well.
    #[must_use]
    pub fn spared_success(&self) -> f64 {
        let fault = self.scenario.fault;
        self.mean(|run| [&run.spared].success(fault.from, fault.to))
    }

    /// Attempts per call that the fault hits, while it lasts.
    #[must_use]
    pub fn attempts_per_hit_call(&self) -> f64 {
        let fault = self.scenario.fault;
        let within = |counts: &Counts| counts.within(fault.from, fault.to);
        self.mean(|run| ratio(within(&run.hit.attempts), within(&run.hit.calls)))
    }

    /// The part of the calls that the fault hit that ended well after it was repaired.
    #[must_use]
    pub fn hit_success_after(&self) -> f64 {
        self.mean(|run| [&run.hit].success(self.scenario.fault.to, END))
    }

    /// Attempts a second at what is faulty, while it is.
    #[must_use]
    pub fn attempts_per_second(&self) -> f64 {
        let fault = self.scenario.fault;
        let within = |counts: &Counts| ratio(counts.within(fault.from, fault.to), 1);
        self.mean(|run| within(&run.hit.attempts) / fault.length().as_secs_f64())
    }

    /// From the end of the fault to the first second from which, in every second until the end of
    /// the run, at least 99 % of the calls begun in it end well: the median of the seeds, where
    /// never is longer than any time.
    #[must_use]
    pub fn recovery(&self) -> Option<Duration> {
        let mut recoveries = self.recoveries();
        recoveries.sort_by_key(|recovery| recovery.unwrap_or(END));
        recoveries.get(recoveries.len() / 2).copied().flatten()
    }

    /// The [`recovery`](Self::recovery) of each seed.
    #[must_use]
    pub fn recoveries(&self) -> Vec<Option<Duration>> {
        let fault = self.scenario.fault;
        let recovery = |run: &Tally| {
            let bad = |at: &Duration| [&run.hit, &run.spared].success(*at, *at + SECOND) < 0.99;
            let last_bad = self.seconds(fault.to).filter(bad).last();
            let recovered = last_bad.map_or(fault.to, |bad| bad + SECOND);
            (recovered < self.scenario.length).then(|| recovered.saturating_sub(fault.to))
        };
        self.runs.iter().map(recovery).collect()
    }

    /// The part of the server's work that was done for somebody who had left: the caller, or
    /// anyone up to the user for whom it called.
    #[must_use]
    pub fn wasted(&self) -> f64 {
        self.mean(|run| {
            let work = run.work.as_secs_f64();
            if work > 0.0 { run.wasted.as_secs_f64() / work } else { 0.0 }
        })
    }

    /// Calls that ended well per second, from the fault's start until the users stop.
    #[must_use]
    pub fn goodput(&self) -> f64 {
        let measured = Span { from: self.scenario.fault.from, to: self.scenario.length };
        let done = |run: &Tally| ratio(run.done.within(measured.from, measured.to), 1);
        self.mean(|run| done(run) / measured.length().as_secs_f64())
    }

    /// Jain's index over the successes of the processes: 1 when all have as many, 1/n when one has
    /// all.
    #[must_use]
    pub fn fairness(&self) -> f64 {
        self.mean(|run| {
            let each = || run.by_process.iter().copied().map(f64::from);
            let (sum, squares) = (each().sum::<f64>(), each().map(|x| x * x).sum::<f64>());
            let processes = f64::from(self.scenario.processes);
            if squares > 0.0 { sum * sum / (processes * squares) } else { 1.0 }
        })
    }

    /// One number for the storm: the part of the calls that was lost, plus a tenth of the extra
    /// attempts per call. Lower is better.
    #[must_use]
    pub fn cost(&self) -> f64 {
        let extra = (self.attempts_per_call() - 1.0).max(0.0);
        1.0 - self.success() + 0.1 * extra
    }

    /// The start of each second from `from` until the users stop.
    fn seconds(&self, from: Duration) -> impl Iterator<Item = Duration> {
        let end = self.scenario.length;
        std::iter::successors(Some(from), |at| Some(*at + SECOND))
            .take_while(move |at| *at + SECOND <= end)
    }

    pub(crate) fn mean(&self, figure: impl Fn(&Tally) -> f64) -> f64 {
        self.runs.iter().map(figure).sum::<f64>() / ratio(self.runs.len() as u64, 1)
    }
}

/// The two reports have the same counts in every slot of every run.
impl PartialEq for Report {
    fn eq(&self, other: &Self) -> bool {
        self.runs == other.runs
    }
}

/// All figures of the scenario, one a line.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.scenario.name(), self.lineup)?;
        for (heading, figure) in table::columns(self.scenario.figures) {
            writeln!(f, "  {heading:<16} {}", figure(self))?;
        }
        Ok(())
    }
}
