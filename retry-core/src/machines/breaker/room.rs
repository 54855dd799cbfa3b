//! What is behind the lock, and how one changes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::machines::rng::Rng;
use crate::machines::sync::Ordering;
use crate::seams::gate::Pass;
use crate::values::circuit::{CircuitChange, CircuitState};
use crate::values::kind::ErrorKind;

use super::effects::Effects;
use super::leases::Leases;
use super::queue::Queue;
use super::recovery::{Growth, Phase};
use super::window::NOWHERE;
use super::{Breaker, LEASE, state_in};

/// All that matters only while the circuit is not closed.
pub(super) struct Room {
    pub(super) phase: Phase,
    pub(super) leases: Leases,
    pub(super) queue: Queue,
    /// Who of those that wait keeps the time for all, and when it is going to ask.
    pub(super) keeper: Option<(u64, u64)>,
    pub(super) growth: Growth,
    pub(super) rng: Rng,
    pub(super) opened: u64,
    pub(super) would_have_opened: u64,
    pub(super) refused: u64,
    /// Whether the policy was ever changed.
    pub(super) retuned: bool,
    last: Option<CircuitChange>,
    pub(super) cause: Option<Cause>,
    /// The calls that were recorded as slow while they ran: their start and their place in the
    /// window, and how many share both.
    running: BTreeMap<(u64, u64), u32>,
}

/// The failure that opened the circuit: its sort, and its text once the driver has read it.
pub(crate) type Cause = (ErrorKind, Arc<str>);

/// What the lock is taken for when somebody wants to look.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    pub(crate) waiting: u32,
    pub(crate) in_flight: u32,
    pub(crate) opened: u64,
    pub(crate) would_have_opened: u64,
    pub(crate) refused: u64,
    pub(crate) cause: Option<Cause>,
    pub(crate) open_until: Option<u64>,
    pub(crate) last: Option<CircuitChange>,
}

impl Room {
    fn new(seed: u64) -> Self {
        Self {
            phase: Phase::Calm,
            leases: Leases::new(),
            queue: Queue::new(),
            keeper: None,
            growth: Growth::new(),
            rng: Rng::seeded(seed),
            opened: 0,
            would_have_opened: 0,
            refused: 0,
            retuned: false,
            last: None,
            cause: None,
            running: BTreeMap::new(),
        }
    }

    /// The window has another form, in which the calls that run have no place.
    pub(super) fn forget_places(&mut self) {
        for ((started, _), calls) in std::mem::take(&mut self.running) {
            *self.running.entry((started, NOWHERE)).or_default() += calls;
        }
    }
}

impl Breaker {
    /// Works under the lock. A panic of another thread under it does no harm: no foreign code runs
    /// there, and every step leaves the room whole.
    pub(super) fn locked<R>(&self, work: impl FnOnce(&mut Room) -> R) -> R {
        let mut room = self.room.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        work(room.get_or_insert_with(|| Box::new(Room::new(self.seed))))
    }

    /// Changes the state. What was given out before is void from here on.
    pub(super) fn turn(&self, room: &mut Room, to: CircuitState, effects: &mut Effects) {
        let word = self.word.load(Ordering::Relaxed);
        if matches!(to, CircuitState::Closed | CircuitState::ObserveOnly) {
            self.memory.clear(&self.tuning);
        }
        if !matches!(to, CircuitState::Open | CircuitState::HalfOpen | CircuitState::Ramping) {
            room.phase = Phase::Calm;
        }
        room.leases.clear();
        let from = state_in(word);
        if from != to {
            let number = room.last.map_or(0, |last| last.number) + 1;
            room.last = Some(CircuitChange { from, to, number });
            effects.change = room.last;
        }
        self.word.store((word | 0xff).wrapping_add(1) | to as u64, Ordering::Release);
    }

    /// The circuit opens because of an outcome that was counted under `pass`; unless it has changed
    /// since, or is only observed.
    #[cold]
    pub(super) fn trip(&self, pass: Pass, kind: Option<ErrorKind>, now: u64) -> Option<Effects> {
        self.locked(|room| {
            if self.word.load(Ordering::Relaxed) != pass.0 {
                return None;
            }
            if room.retuned && !self.is_still_too_bad(now) {
                return None;
            }
            if state_in(pass.0) == CircuitState::ObserveOnly {
                room.would_have_opened += 1;
                self.memory.clear(&self.tuning);
                return None;
            }
            let mut effects = Effects::default();
            room.growth.trip(now);
            self.open(room, kind, (now, now), &mut effects);
            Some(effects)
        })
    }

    /// Who was counting while the window took another form may have seen the calls of one and the
    /// failures of the other. Under the lock it has one form.
    fn is_still_too_bad(&self, now: u64) -> bool {
        self.memory.sweep();
        let enough = self.tuning.consecutive_failures();
        enough != 0 && self.memory.streak.load(Ordering::Relaxed) >= enough
            || self.counts(now).are_too_bad(&self.tuning)
    }

    /// Opens, for as long as the outage so far asks for, counted from `since`.
    pub(super) fn open(
        &self,
        room: &mut Room,
        kind: Option<ErrorKind>,
        (since, now): (u64, u64),
        effects: &mut Effects,
    ) {
        let wait = room.growth.wait(&self.tuning.load(), now, &mut room.rng);
        room.phase = Phase::Open { until: since.saturating_add(wait).max(now) };
        room.opened += 1;
        room.cause = kind.map(|kind| (kind, Arc::from(kind.as_str())));
        self.turn(room, CircuitState::Open, effects);
    }

    /// The text of the failure that opened the circuit by this change, if it is still the last.
    pub(crate) fn explain(&self, change: u64, text: Arc<str>) {
        self.locked(|room| {
            if room.last.is_some_and(|last| last.number == change)
                && let Some((_, known)) = &mut room.cause
            {
                *known = text;
            }
        });
    }

    /// The failure that opened the circuit last.
    pub(crate) fn cause(&self) -> Option<Cause> {
        self.locked(|room| room.cause.clone())
    }

    pub(crate) fn report(&self) -> Report {
        let room = self.room.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(room) = room.as_deref() else { return Report::default() };
        Report {
            waiting: room.queue.waiting(),
            in_flight: room.leases.out(),
            opened: room.opened,
            would_have_opened: room.would_have_opened,
            refused: room.refused,
            cause: room.cause.clone(),
            open_until: match room.phase {
                Phase::Open { until } => Some(until),
                _ => None,
            },
            last: room.last,
        }
    }

    /// Remembers that the call was recorded as slow while it runs.
    pub(super) fn remember_running(&self, pass: Pass, place: u64) {
        self.locked(|room| *room.running.entry((pass.1, place)).or_default() += 1);
    }

    /// Whether a call that started then was recorded while it is running.
    pub(super) fn is_running(&self, pass: Pass) -> bool {
        self.locked(|room| room.running.range((pass.1, 0)..=(pass.1, u64::MAX)).next().is_some())
    }

    /// Where the call was recorded while it was running, if it was. Two that started in the same
    /// nanosecond stand in for each other.
    pub(super) fn forget_running(&self, pass: Pass) -> Option<u64> {
        self.locked(|room| {
            let mut started_then = room.running.range_mut((pass.1, 0)..=(pass.1, u64::MAX));
            let (&key, count) = started_then.next()?;
            *count -= 1;
            if *count == 0 {
                room.running.remove(&key);
            }
            Some(key.1)
        })
    }
}

/// A pass that carries a lease.
pub(super) const fn leased(number: u64, now: u64) -> Pass {
    Pass(number << 8 | LEASE, now)
}

#[cfg(all(test, not(retry_loom)))]
impl Breaker {
    /// How many calls are remembered as recorded while they run.
    pub(super) fn running(&self) -> u32 {
        self.locked(|room| room.running.values().sum())
    }
}
