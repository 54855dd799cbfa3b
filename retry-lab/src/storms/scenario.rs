//! One world, ready to be played in.
//!
//! A [`Scenario`] is data: who calls, over how many layers, what server, which fault. Playing it
//! takes a line-up and gives a [`Report`]; nothing of a run is left in the scenario, so one value
//! serves any number of line-ups.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use retry_core::{Retry, RetryPolicy};

use crate::client::call::Caller;
use crate::client::world::play;
use crate::lineup::{Kind, Lineup, Seat};
use crate::measure::report::Report;
use crate::measure::tally::Tally;
use crate::server::timeline::{Span, Timeline};
use crate::storms::spec::{Load, ServerSpec};
use crate::table::Figures;

/// A world and its fault; made by the functions of this crate, such as [`refused`](crate::refused).
#[derive(Clone, Debug)]
pub struct Scenario {
    pub(crate) name: String,
    pub(crate) about: &'static str,
    pub(crate) load: Load,
    pub(crate) server: ServerSpec,
    pub(crate) layers: u32,
    pub(crate) processes: u32,
    pub(crate) keys: u32,
    /// The part of the calls that is for shard 0.
    pub(crate) hot_share: f64,
    pub(crate) handle_per_key: bool,
    /// What the world's line-ups retry with.
    pub(crate) policy: RetryPolicy,
    pub(crate) deadline: Option<Duration>,
    pub(crate) fault: Span,
    /// When the users stop calling.
    pub(crate) length: Duration,
    pub(crate) seeds: u64,
    pub(crate) figures: Figures,
}

impl Scenario {
    /// The name of the storm, as in tables and file names.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The world and its fault in a sentence.
    #[must_use]
    pub const fn about(&self) -> &'static str {
        self.about
    }

    /// The policy with the world's numbers.
    #[must_use]
    pub const fn policy(&self) -> RetryPolicy {
        self.policy
    }

    /// With this many layers of processes, each of which retries.
    ///
    /// # Panics
    ///
    /// When `layers` is zero.
    #[must_use]
    pub fn with_layers(mut self, layers: u32) -> Self {
        assert!(layers > 0, "somebody has to call the server");
        if layers != self.layers {
            let plural = if layers == 1 { "" } else { "s" };
            self.name = format!("{}, {layers} layer{plural}", self.name);
        }
        Self { layers, ..self }
    }

    /// With so many users that a server that is well is busy for this part of its time. Without
    /// effect where the users are not so many a second, or the capacity has no limit.
    #[must_use]
    pub fn with_utilisation(mut self, utilisation: f64) -> Self {
        if let (Load::Open(rate), Some(capacity)) = (&mut self.load, self.server.capacity()) {
            let factor = utilisation * capacity / rate.at(Duration::ZERO);
            *rate = rate.map(|rate| rate * factor);
        }
        self
    }

    /// With a handle for each shard in each process, in place of one for all.
    #[must_use]
    pub fn with_handle_per_key(mut self) -> Self {
        if !self.handle_per_key {
            self.name += ", handle per shard";
        }
        Self { handle_per_key: true, ..self }
    }

    /// With this many seeds; five otherwise.
    #[must_use]
    pub const fn with_seeds(mut self, seeds: u64) -> Self {
        self.seeds = seeds;
        self
    }

    /// Plays with the handle that `handle` makes for each seat.
    ///
    /// The lab gives each handle a seed; the same scenario and function give the same report.
    pub fn run<F>(&self, handle: F) -> Report
    where
        F: Fn(Seat) -> Retry + Send + Sync + 'static,
    {
        self.play(&Lineup::new("policy under test", handle))
    }

    /// Plays with a line-up. Seeds are spread over the machine's threads.
    ///
    /// # Panics
    ///
    /// When the line-up does.
    #[must_use]
    pub fn play(&self, lineup: &Lineup) -> Report {
        let caller = match &lineup.kind {
            Kind::Handles(handle) => Caller::Handles(handle.clone()),
            Kind::Own(own) => Caller::Own(own.clone()),
            Kind::Oracle => Caller::Oracle,
        };
        Report::new(self.clone(), lineup.name(), self.runs(&caller))
    }

    fn runs(&self, caller: &Caller) -> Vec<Tally> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let seeds: Vec<u64> = (1..=self.seeds).collect();
        let next = AtomicUsize::new(0);
        let runs = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..threads.min(seeds.len()) {
                scope.spawn(|| {
                    while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let run = play(self, caller, *seed);
                        runs.lock().unwrap_or_else(PoisonError::into_inner).push((*seed, run));
                    }
                });
            }
        });
        let mut runs = runs.into_inner().unwrap_or_else(PoisonError::into_inner);
        runs.sort_unstable_by_key(|(seed, _)| *seed);
        runs.into_iter().map(|(_, run)| run).collect()
    }

    /// The highest utilisation of the server, between 0.05 and 0.99, at which `lineup` still
    /// recovers with every seed; `None` when it does not even at 0.05. To a hundredth, by halving:
    /// eight times the cost of a run.
    #[must_use]
    pub fn highest_that_heals(&self, lineup: &Lineup) -> Option<f64> {
        let heals = |utilisation| {
            let report = self.clone().with_utilisation(utilisation).play(lineup);
            report.recoveries().iter().all(Option::is_some)
        };
        let (mut good, mut bad) = (0.05, 1.0);
        if !heals(good) {
            return None;
        }
        while bad - good > 0.01 {
            let middle = f64::midpoint(good, bad);
            *if heals(middle) { &mut good } else { &mut bad } = middle;
        }
        Some(good)
    }

    /// The users' calls per second, over time; `None` where there is no such number.
    pub(crate) const fn rate(&self) -> Option<&Timeline<f64>> {
        match &self.load {
            Load::Open(rate) => Some(rate),
            Load::Workers(_) | Load::Herd(_) => None,
        }
    }

    /// Whether there is a time without the fault to compare with.
    pub(crate) fn has_healthy_time(&self) -> bool {
        self.fault.length() < self.length
    }

    /// When a run ends whatever happens: calls that are not over by then count as lost.
    pub(crate) fn limit(&self) -> Duration {
        let patience = self.deadline.map_or(Duration::from_secs(600), |deadline| deadline * 2);
        self.length + patience
    }
}
