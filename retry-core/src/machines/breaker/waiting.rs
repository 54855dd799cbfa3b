//! Who goes and who waits while the circuit is not closed.
//!
//! A probe is made with the newest of those who wait, since the oldest is about to give up; once
//! the other side is up, they are let in from the oldest on. One of them, the *keeper*, asks again
//! when the next thing is due, whoever it is due for; the others sleep until their own time is
//! over. So each event wakes one or two of them, however many there are.

use std::mem;
use std::task::Waker;

use crate::machines::sync::Ordering;
use crate::seams::gate::Pass;
use crate::values::circuit::CircuitState;

use super::Breaker;
use super::effects::Effects;
use super::queue::Answer;
use super::recovery::Phase;
use super::room::{Room, leased};

/// One who wants to make an attempt.
#[derive(Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) now: u64,
    /// When its call ends; `u64::MAX` for never.
    pub(crate) ends_at: u64,
    /// Whether it is the first attempt of its call.
    pub(crate) first: bool,
}

/// The answer to one who arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Go(Pass),
    /// Not for at least this much longer, as far as anybody can say.
    Refuse(Option<u64>),
    /// Wait, with this ticket.
    Hold(u64),
}

/// The answer to one who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    Go(Pass),
    Refuse(Option<u64>),
    /// Ask again after this much time at the latest.
    Until(u64),
}

impl Breaker {
    /// One arrives where not all may go.
    #[cold]
    pub(crate) fn arrive(&self, arrival: Arrival) -> (Entry, Effects) {
        let mut effects = Effects::default();
        let entry = self.locked(|room| {
            let entry = self.place(room, arrival, &mut effects);
            let asking = match entry {
                Entry::Hold(ticket) => Some(ticket),
                Entry::Go(_) => None,
                Entry::Refuse(_) => {
                    room.refused += 1;
                    None
                }
            };
            self.keep_time(room, asking, &mut effects);
            entry
        });
        (entry, effects)
    }

    fn place(&self, room: &mut Room, arrival: Arrival, effects: &mut Effects) -> Entry {
        let Arrival { now, ends_at, first } = arrival;
        let policy = self.tuning.load();
        let state = self.state();
        if state as u8 <= CircuitState::Disabled as u8 {
            return Entry::Go(self.open_pass(now));
        }
        if state == CircuitState::ForcedOpen {
            return Entry::Refuse(None);
        }
        if first {
            room.growth.begin();
        }
        room.leases.expire(now);
        if let Phase::Open { until } = room.phase
            && now >= until
        {
            self.try_again(room, effects);
        }
        // The newest goes first, and nobody is newer than one who only now arrives.
        if let Phase::Trial(trial) = room.phase
            && room.leases.out() < trial.wanted(&policy)
        {
            return Entry::Go(self.lease(room, now).1);
        }
        self.release(room, now, effects);
        match room.phase {
            Phase::Calm => Entry::Go(self.open_pass(now)),
            Phase::Ramp(ramp) if room.queue.waiting() == 0 && room.leases.out() < ramp.window() => {
                Entry::Go(self.lease(room, now).1)
            }
            _ if room.queue.waiting() >= policy.max_waiting || ends_at <= now => {
                Entry::Refuse(left(room, now))
            }
            _ => {
                let leaves_at = now.saturating_add(policy.park_for).min(ends_at);
                Entry::Hold(room.queue.enter(leaves_at, ends_at))
            }
        }
    }

    /// One who waits asks; `waker` is how to find it from here on.
    pub(crate) fn ask(&self, ticket: u64, waker: Waker, now: u64) -> (Wait, Effects) {
        let mut effects = Effects::default();
        // Stays here where it is not needed, and is dropped after the lock.
        let mut waker = Some(waker);
        let answer = self.locked(|room| {
            self.advance(room, now, &mut effects);
            let answer = self.answer(room, ticket, now);
            if let Wait::Until(_) = answer {
                let waiter = room.queue.get(ticket);
                effects.spent =
                    waiter.and_then(|waiter| mem::replace(&mut waiter.waker, waker.take()));
            } else {
                effects.spent = room.queue.leave(ticket);
                if let Wait::Refuse(_) = answer {
                    room.refused += 1;
                }
            }
            self.keep_time(room, Some(ticket), &mut effects);
            match answer {
                Wait::Until(_) => Wait::Until(self.sleep_of(room, ticket).saturating_sub(now)),
                answer => answer,
            }
        });
        (answer, effects)
    }

    /// One who waits goes away; what it was given and has not taken goes to the next.
    pub(crate) fn leave(&self, ticket: u64, now: u64) -> Effects {
        let mut effects = Effects::default();
        self.locked(|room| {
            if let Some(Answer::Go(lease)) = room.queue.get(ticket).map(|waiter| waiter.answer) {
                room.leases.take_back(lease);
            }
            effects.spent = room.queue.leave(ticket);
            self.advance(room, now, &mut effects);
            self.keep_time(room, None, &mut effects);
        });
        effects
    }

    fn answer(&self, room: &mut Room, ticket: u64, now: u64) -> Wait {
        let state = self.state();
        let left = left(room, now);
        let Some(waiter) = room.queue.get(ticket) else { return Wait::Refuse(left) };
        match waiter.answer {
            Answer::TooLate => Wait::Refuse(left),
            _ if state as u8 <= CircuitState::Disabled as u8 => Wait::Go(self.open_pass(now)),
            _ if state == CircuitState::ForcedOpen => Wait::Refuse(None),
            Answer::Go(lease) if room.leases.is_out(lease) => Wait::Go(leased(lease, now)),
            Answer::Go(_) if now < waiter.leaves_at => {
                // It was called, and came so late that its turn was over.
                room.queue.wait_again(ticket);
                Wait::Until(0)
            }
            Answer::Wait if now < waiter.leaves_at => Wait::Until(0),
            _ => Wait::Refuse(left),
        }
    }

    /// Lets happen what is due, if somebody waits for it.
    pub(super) fn advance(&self, room: &mut Room, now: u64, effects: &mut Effects) {
        room.leases.expire(now);
        if let Phase::Open { until } = room.phase
            && now >= until
            && room.queue.waiting() > 0
        {
            self.try_again(room, effects);
        }
        self.release(room, now, effects);
    }

    /// Gives the leases that are free to those who wait, and closes the circuit when the last of
    /// them has gone.
    pub(super) fn release(&self, room: &mut Room, now: u64, effects: &mut Effects) {
        loop {
            let (free, next) = match room.phase {
                Phase::Trial(trial) => (trial.wanted(&self.tuning.load()), room.queue.newest()),
                Phase::Ramp(ramp) => (ramp.window(), room.queue.oldest()),
                Phase::Calm | Phase::Open { .. } => return,
            };
            let Some(ticket) = next.filter(|_| room.leases.out() < free) else { break };
            let answer = if self.is_too_late(room, ticket, now) {
                Answer::TooLate
            } else {
                Answer::Go(self.lease(room, now).0)
            };
            effects.wake(room.queue.answer(ticket, answer));
        }
        if let Phase::Ramp(ramp) = room.phase
            && room.queue.waiting() == 0
            && room.leases.out() <= ramp.window()
        {
            self.close(room, effects, Some(now));
        }
    }

    /// Whether the call would end before its attempt, or the wait is over anyway.
    fn is_too_late(&self, room: &mut Room, ticket: u64, now: u64) -> bool {
        let healthy = self.healthy.load(Ordering::Relaxed);
        let needs = match room.phase {
            Phase::Ramp(ramp) => ramp.needs().max(healthy),
            _ => healthy,
        };
        room.queue.get(ticket).is_none_or(|waiter| {
            waiter.leaves_at <= now || waiter.ends_at.saturating_sub(now) < needs
        })
    }

    /// Sees to it that somebody who waits asks when the next thing is due: the keeper, or whoever is
    /// `asking` now and so is told without being woken.
    pub(super) fn keep_time(&self, room: &mut Room, asking: Option<u64>, effects: &mut Effects) {
        let Some(due) = self.due(room) else { return };
        let mut waits = |ticket: &u64| {
            room.queue.get(*ticket).is_some_and(|waiter| waiter.answer == Answer::Wait)
        };
        let keeper = room.keeper.filter(|(ticket, _)| waits(ticket));
        if keeper.is_some_and(|(_, asks_at)| asks_at <= due) {
            return;
        }
        if let Some(ticket) = asking.filter(waits) {
            room.keeper = Some((ticket, 0));
            return;
        }
        let ticket = keeper.map(|(ticket, _)| ticket).or_else(|| room.queue.newest());
        room.keeper = ticket.map(|ticket| (ticket, 0));
        let waiter = ticket.and_then(|ticket| room.queue.get(ticket));
        effects.wake(waiter.and_then(|waiter| waiter.waker.take()));
    }

    /// When the next thing is due that somebody has to ask for.
    fn due(&self, room: &Room) -> Option<u64> {
        let free = match room.phase {
            Phase::Open { until } => return Some(until),
            Phase::Trial(trial) => trial.wanted(&self.tuning.load()),
            Phase::Ramp(ramp) => ramp.window(),
            Phase::Calm => return None,
        };
        if room.leases.out() < free { Some(0) } else { room.leases.next_end() }
    }

    /// Until when one who waits may sleep.
    fn sleep_of(&self, room: &mut Room, ticket: u64) -> u64 {
        let due = self.due(room);
        let Some(leaves_at) = room.queue.get(ticket).map(|waiter| waiter.leaves_at) else {
            return 0;
        };
        match (&mut room.keeper, due) {
            (Some((keeper, asks_at)), Some(due)) if *keeper == ticket => {
                *asks_at = due.min(leaves_at);
                *asks_at
            }
            _ => leaves_at,
        }
    }

    fn lease(&self, room: &mut Room, now: u64) -> (u64, Pass) {
        let number = room.leases.give(now.saturating_add(self.tuning.load().lease));
        (number, leased(number, now))
    }

    /// A pass as [`enter`](Self::enter) gives it.
    fn open_pass(&self, now: u64) -> Pass {
        let timed = self.tuning.slow_call() != 0;
        Pass(self.word.load(Ordering::Relaxed), if timed { now } else { 0 })
    }

    /// Whether an attempt that starts at `then` would be let through, as far as can be told at
    /// `now`; if not, for how much longer.
    ///
    /// # Errors
    ///
    /// How much longer the circuit stays open, where it is known.
    pub(crate) fn foresee(&self, now: u64, then: u64) -> Result<(), Option<u64>> {
        match self.state() {
            CircuitState::ForcedOpen => Err(None),
            CircuitState::Open if !self.tuning.parks() => self.locked(|room| match room.phase {
                Phase::Open { until } if until > then => Err(Some(until.saturating_sub(now))),
                _ => Ok(()),
            }),
            _ => Ok(()),
        }
    }
}

/// How much longer the circuit stays open.
fn left(room: &Room, now: u64) -> Option<u64> {
    match room.phase {
        Phase::Open { until } => Some(until.saturating_sub(now)),
        _ => None,
    }
}
