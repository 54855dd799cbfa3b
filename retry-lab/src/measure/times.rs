//! How long calls took, how many there were, and how they came in bursts.

use std::time::Duration;

use crate::measure::report::{END, Report};
use crate::measure::series::ratio;
use crate::measure::tally::{Counts, Group, Tally};

/// # Times and counts
impl Report {
    /// The 99th percentile of the latency of the calls that ended well.
    #[must_use]
    pub fn p99(&self) -> Duration {
        self.mean_time(|run| percentile(&run.latencies, 99))
    }

    /// When 99 of 100 calls had ended, from the start of the run.
    #[must_use]
    pub fn ended_p99(&self) -> Duration {
        self.mean_time(|run| percentile(&run.ends, 99))
    }

    /// When all calls had ended, from the start of the run.
    #[must_use]
    pub fn completion(&self) -> Duration {
        self.mean_time(|run| percentile(&run.ends, 100))
    }

    /// Attempts at the server in the worst tenth of a second after the fault, over what it can
    /// serve in that time; 0 where its capacity has no limit.
    #[must_use]
    pub fn worst_burst(&self) -> f64 {
        let Some(capacity) = self.scenario.server.capacity() else { return 0.0 };
        let most = |run: &Tally| run.attempts().most(1, self.scenario.fault.to, END);
        self.mean(|run| ratio(most(run), 1) / (capacity / 10.0))
    }

    /// Requests that the server turned away, a full queue or a throttle, per call that ended well.
    #[must_use]
    pub fn rejections_per_success(&self) -> f64 {
        self.mean(|run| ratio(run.rejections, run.latencies.len() as u64))
    }

    /// How many calls the users made, all seeds together.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.runs.iter().map(|run| run.calls().within(Duration::ZERO, END)).sum()
    }

    /// How many of them ended well, ended badly, and had not ended when the run was over: each
    /// call is one of these.
    #[must_use]
    pub fn accounts(&self) -> [u64; 3] {
        let sum = |count: fn(&Group) -> &Counts| -> u64 {
            let of = |run: &Tally| {
                [&run.hit, &run.spared]
                    .map(|g| count(g).within(Duration::ZERO, END))
                    .iter()
                    .sum::<u64>()
            };
            self.runs.iter().map(of).sum()
        };
        let (good, bad) = (sum(|group| &group.successes), sum(|group| &group.failures));
        [good, bad, self.calls() - good - bad]
    }

    fn mean_time(&self, millis: impl Fn(&Tally) -> u32) -> Duration {
        Duration::from_secs_f64(self.mean(|run| f64::from(millis(run))) / 1_000.0)
    }
}

fn percentile(values: &[u32], percent: usize) -> u32 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}
