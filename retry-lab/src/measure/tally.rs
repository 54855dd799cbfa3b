//! The counts of one run.
//!
//! Plain additions while the run goes on; every figure is read out of them afterwards. Calls count
//! where they began, attempts where they were sent. Those hit by the fault and those it spares are
//! counted apart.

use std::time::Duration;

use crate::failure::Failure;
use crate::measure::series::ratio;
use crate::server::Reply;
use crate::storms::scenario::Scenario;
use crate::storms::spec::ServerSpec;

/// The length of the time slots that things are counted in.
pub(crate) const SLOT: Duration = Duration::from_millis(100);

/// Counts by time slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts(pub(crate) Vec<u32>);

impl Counts {
    fn add(&mut self, at: Duration) {
        let slot = slot(at);
        if slot >= self.0.len() {
            self.0.resize(slot + 1, 0);
        }
        self.0[slot] += 1;
    }

    /// These and others.
    fn and(&self, other: &Self) -> Self {
        let of = |counts: &Self, slot| counts.0.get(slot).copied().unwrap_or(0);
        let slots = self.0.len().max(other.0.len());
        Self((0..slots).map(|slot| of(self, slot) + of(other, slot)).collect())
    }

    /// How many from `from` until `to`.
    pub(crate) fn within(&self, from: Duration, to: Duration) -> u64 {
        let end = slot(to).min(self.0.len());
        self.0.get(slot(from)..end).map_or(0, |slots| slots.iter().copied().map(u64::from).sum())
    }

    /// The most in `length` slots that begin at a multiple of it, from `from` until `to`.
    pub(crate) fn most(&self, length: usize, from: Duration, to: Duration) -> u64 {
        let end = slot(to).min(self.0.len());
        let slots = self.0.get(slot(from)..end).unwrap_or_default();
        slots.chunks(length).map(|run| run.iter().copied().map(u64::from).sum()).max().unwrap_or(0)
    }
}

fn slot(at: Duration) -> usize {
    usize::try_from(at.as_millis() / SLOT.as_millis()).unwrap_or(usize::MAX)
}

/// The counts of the calls that a fault hits, or of those that it spares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) calls: Counts,
    pub(crate) attempts: Counts,
    pub(crate) successes: Counts,
    pub(crate) failures: Counts,
}

/// The counts of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    server: Option<Hit>,
    /// Since when work, latencies and rejections count.
    from: Duration,
    pub(crate) hit: Group,
    pub(crate) spared: Group,
    /// Successes, by when they ended.
    pub(crate) done: Counts,
    /// Successes by process.
    pub(crate) by_process: Vec<u32>,
    /// Of each success, in milliseconds.
    pub(crate) latencies: Vec<u32>,
    /// When each call ended, in milliseconds.
    pub(crate) ends: Vec<u32>,
    pub(crate) work: Duration,
    pub(crate) wasted: Duration,
    pub(crate) rejections: u64,
}

/// Whom the fault of the server hits.
#[derive(Clone, Debug)]
struct Hit(ServerSpec);

impl PartialEq for Hit {
    /// Two runs are compared by what happened in them.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Hit {}

impl Tally {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        Self {
            server: Some(Hit(scenario.server.clone())),
            from: scenario.fault.from,
            by_process: vec![0; scenario.processes as usize],
            ..Self::default()
        }
    }

    fn group(&mut self, process: u32, key: u32) -> &mut Group {
        let hit = self.server.as_ref().is_none_or(|hit| hit.0.hits(process, key));
        if hit { &mut self.hit } else { &mut self.spared }
    }

    pub(crate) fn call(&mut self, at: Duration, process: u32, key: u32) {
        self.group(process, key).calls.add(at);
    }

    pub(crate) fn attempt(&mut self, at: Duration, process: u32, key: u32) {
        self.group(process, key).attempts.add(at);
    }

    pub(crate) fn reply(&mut self, sent: Duration, reply: &Reply) {
        if sent >= self.from {
            self.work += reply.work;
            let rejected = matches!(reply.result, Err(Failure::Full | Failure::Throttled { .. }));
            self.rejections += u64::from(rejected);
        }
    }

    pub(crate) fn wasted(&mut self, sent: Duration, work: Duration) {
        if sent >= self.from {
            self.wasted += work;
        }
    }

    /// A call that began and ended at these times has ended well, or not.
    pub(crate) fn end(
        &mut self,
        (began, ended): (Duration, Duration),
        (process, key): (u32, u32),
        good: bool,
    ) {
        self.ends.push(millis(ended));
        let group = self.group(process, key);
        if !good {
            group.failures.add(began);
            return;
        }
        group.successes.add(began);
        self.done.add(ended);
        if began >= self.from {
            self.latencies.push(millis(ended.saturating_sub(began)));
            self.by_process[process as usize] += 1;
        }
    }
}

fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

impl Tally {
    /// All calls of users.
    pub(crate) fn calls(&self) -> Counts {
        self.hit.calls.and(&self.spared.calls)
    }

    /// All attempts at the server.
    pub(crate) fn attempts(&self) -> Counts {
        self.hit.attempts.and(&self.spared.attempts)
    }
}

/// Groups of calls, taken together.
pub(crate) trait Groups {
    /// The part of the calls begun from `from` until `to` that ended well; 1 where there were none.
    fn success(&self, from: Duration, to: Duration) -> f64;
}

impl<const N: usize> Groups for [&Group; N] {
    fn success(&self, from: Duration, to: Duration) -> f64 {
        let sum = |count: fn(&Group) -> &Counts| -> u64 {
            self.iter().map(|group| count(group).within(from, to)).sum()
        };
        match sum(|group| &group.calls) {
            0 => 1.0,
            calls => ratio(sum(|group| &group.successes), calls),
        }
    }
}
