//! Those who wait for the circuit to close.
//!
//! A list through a slab: one may leave from the middle, the newest and the oldest are found at
//! once, and a place costs 64 bytes. A [`Waker`] runs foreign code when it is woken, cloned and
//! dropped, so this only moves them.

use std::task::Waker;

/// A place that is none.
const NOBODY: u32 = u32::MAX;

/// The waiting room.
pub(super) struct Queue {
    slots: Vec<Slot>,
    free: Vec<u32>,
    oldest: u32,
    newest: u32,
    waiting: u32,
}

struct Slot {
    waiter: Waiter,
    /// Told apart from those who had the place before.
    serial: u32,
    older: u32,
    newer: u32,
}

/// One who waits, or who was told to go or to leave and has not come yet to hear it.
pub(super) struct Waiter {
    pub(super) waker: Option<Waker>,
    /// When it stops waiting.
    pub(super) leaves_at: u64,
    /// When its call ends.
    pub(super) ends_at: u64,
    pub(super) answer: Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// None yet.
    Wait,
    /// Go, with the lease of this number.
    Go(u64),
    /// Too late to be served.
    TooLate,
    /// The place is empty.
    Gone,
}

impl Queue {
    pub(super) const fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), oldest: NOBODY, newest: NOBODY, waiting: 0 }
    }

    /// How many wait.
    pub(super) const fn waiting(&self) -> u32 {
        self.waiting
    }

    /// Takes a place as the newest, and gives the ticket for it.
    pub(super) fn enter(&mut self, leaves_at: u64, ends_at: u64) -> u64 {
        let waiter = Waiter { waker: None, leaves_at, ends_at, answer: Answer::Wait };
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::empty());
            u32::try_from(self.slots.len() - 1).unwrap_or(NOBODY)
        });
        let slot = &mut self.slots[index as usize];
        slot.waiter = waiter;
        let ticket = u64::from(slot.serial) << 32 | u64::from(index);
        self.link(ticket);
        ticket
    }

    /// The one with this ticket; `None` once its place was given back.
    pub(super) fn get(&mut self, ticket: u64) -> Option<&mut Waiter> {
        let slot = self.slots.get_mut(index(ticket) as usize)?;
        let held = u64::from(slot.serial) == ticket >> 32 && slot.waiter.answer != Answer::Gone;
        held.then_some(&mut slot.waiter)
    }

    /// Gives the place back, and its waker to whoever can drop it.
    pub(super) fn leave(&mut self, ticket: u64) -> Option<Waker> {
        let answer = self.get(ticket)?.answer;
        if answer == Answer::Wait {
            self.unlink(ticket);
        }
        let slot = &mut self.slots[index(ticket) as usize];
        slot.serial = slot.serial.wrapping_add(1);
        slot.waiter.answer = Answer::Gone;
        self.free.push(index(ticket));
        slot.waiter.waker.take()
    }

    /// Answers one who waits, and hands out its waker.
    pub(super) fn answer(&mut self, ticket: u64, answer: Answer) -> Option<Waker> {
        self.unlink(ticket);
        let waiter = self.get(ticket)?;
        waiter.answer = answer;
        waiter.waker.take()
    }

    /// Lets one whose answer has lapsed wait again, as the newest.
    pub(super) fn wait_again(&mut self, ticket: u64) {
        if let Some(waiter) = self.get(ticket) {
            waiter.answer = Answer::Wait;
            self.link(ticket);
        }
    }

    pub(super) fn newest(&self) -> Option<u64> {
        self.ticket(self.newest)
    }

    pub(super) fn oldest(&self) -> Option<u64> {
        self.ticket(self.oldest)
    }

    /// The wakers of all who wait.
    pub(super) fn wakers(&mut self) -> impl Iterator<Item = Waker> {
        let waiting = self.slots.iter_mut().filter(|slot| slot.waiter.answer == Answer::Wait);
        waiting.filter_map(|slot| slot.waiter.waker.take())
    }

    fn ticket(&self, at: u32) -> Option<u64> {
        let slot = self.slots.get(at as usize)?;
        Some(u64::from(slot.serial) << 32 | u64::from(at))
    }

    fn link(&mut self, ticket: u64) {
        let at = index(ticket);
        let older = self.newest;
        let slot = &mut self.slots[at as usize];
        (slot.older, slot.newer) = (older, NOBODY);
        match self.slots.get_mut(older as usize) {
            Some(slot) => slot.newer = at,
            None => self.oldest = at,
        }
        self.newest = at;
        self.waiting += 1;
    }

    fn unlink(&mut self, ticket: u64) {
        let Slot { older, newer, .. } = self.slots[index(ticket) as usize];
        match self.slots.get_mut(older as usize) {
            Some(slot) => slot.newer = newer,
            None => self.oldest = newer,
        }
        match self.slots.get_mut(newer as usize) {
            Some(slot) => slot.older = older,
            None => self.newest = older,
        }
        self.waiting -= 1;
    }
}

impl Slot {
    const fn empty() -> Self {
        let waiter = Waiter { waker: None, leaves_at: 0, ends_at: 0, answer: Answer::Gone };
        Self { waiter, serial: 0, older: NOBODY, newer: NOBODY }
    }
}

#[allow(clippy::cast_possible_truncation)] // the lower half is the index
const fn index(ticket: u64) -> u32 {
    ticket as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_waiting_room_costs_no_more_than_64_bytes() {
        assert!(size_of::<Slot>() <= 64, "{}", size_of::<Slot>());
    }

    #[test]
    fn those_who_wait_are_found_from_both_ends_whoever_leaves() {
        let mut queue = Queue::new();
        let tickets: Vec<u64> = (0..4).map(|_| queue.enter(9, 9)).collect();
        queue.leave(tickets[1]);
        assert_eq!((queue.oldest(), queue.newest()), (Some(tickets[0]), Some(tickets[3])));
        queue.leave(tickets[3]);
        queue.leave(tickets[0]);
        assert_eq!((queue.oldest(), queue.newest()), (Some(tickets[2]), Some(tickets[2])));
        let again = queue.enter(9, 9);
        assert!(!tickets.contains(&again), "a ticket is never given twice");
        assert!(queue.get(tickets[0]).is_none());
        queue.leave(tickets[2]);
        queue.leave(again);
        assert_eq!((queue.oldest(), queue.newest(), queue.waiting()), (None, None, 0));
    }
}
