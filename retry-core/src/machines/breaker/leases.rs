//! Leases: rights to make an attempt while the circuit is not closed.
//!
//! Every lease has a number of its own and an end. All last equally long, and none longer than one
//! that is given now, so they end in the order in which they were given, and a queue of ends is all there is to keep: whoever comes back with a
//! number that has left the queue, because its time was over or the circuit has moved on, finds
//! nothing, and so decides nothing and takes nothing down with it.

use std::collections::VecDeque;

/// The leases that were given since the circuit last changed its state.
pub(super) struct Leases {
    /// When each ends, from `first` on; [`RETURNED`] for one that came back.
    ends: VecDeque<u64>,
    /// The number of the first one in the queue.
    first: u64,
    /// How many are out.
    out: u32,
}

const RETURNED: u64 = u64::MAX;

impl Leases {
    pub(super) const fn new() -> Self {
        Self { ends: VecDeque::new(), first: 0, out: 0 }
    }

    /// Gives a lease that ends at `end`.
    pub(super) fn give(&mut self, end: u64) -> u64 {
        self.ends.push_back(end.min(RETURNED - 1));
        self.out += 1;
        self.first + self.ends.len() as u64 - 1
    }

    /// Whether the lease is still out.
    pub(super) fn is_out(&self, number: u64) -> bool {
        self.place(number).is_some()
    }

    /// Takes the lease back. Whether it was still out.
    pub(super) fn take_back(&mut self, number: u64) -> bool {
        let Some(place) = self.place(number) else { return false };
        self.ends[place] = RETURNED;
        self.out -= 1;
        self.drop_front(0);
        true
    }

    /// Takes back every lease that is over.
    pub(super) fn expire(&mut self, now: u64) {
        self.drop_front(now);
    }

    /// Lets none last beyond `end`, when one that is given now ends.
    pub(super) fn shorten(&mut self, end: u64) {
        let out = self.ends.iter_mut().filter(|own| **own != RETURNED);
        out.for_each(|own| *own = (*own).min(end));
    }

    /// Takes back all.
    pub(super) fn clear(&mut self) {
        self.first += self.ends.len() as u64;
        self.ends.clear();
        self.out = 0;
    }

    pub(super) const fn out(&self) -> u32 {
        self.out
    }

    /// When the next lease ends.
    pub(super) fn next_end(&self) -> Option<u64> {
        self.ends.front().copied()
    }

    fn place(&self, number: u64) -> Option<usize> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        (*self.ends.get(place)? != RETURNED).then_some(place)
    }

    /// Takes from the front what came back or ended, so that the first is always out.
    fn drop_front(&mut self, now: u64) {
        while let Some(&end) = self.ends.front() {
            if end == RETURNED {
                self.ends.pop_front();
            } else if end <= now {
                self.ends.pop_front();
                self.out -= 1;
            } else {
                break;
            }
            self.first += 1;
        }
    }
}
