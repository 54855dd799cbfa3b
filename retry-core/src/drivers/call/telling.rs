//! How a call is told: to the statistics first, and then to observers.

use crate::drivers::call::{Call, Terms};
use crate::drivers::observing::{self, Listening};
use crate::drivers::statistics::cell::thread_number;
use crate::machines::tally::Counting;
use crate::values::event::Event;

impl Terms<'_> {
    /// A call that is counted succeeded at its first attempt.
    #[inline]
    pub(crate) fn count_at_once(&self) {
        self.counted.tally(&self.labels).succeeded_at_once(thread_number());
    }
}

impl Call {
    #[inline]
    pub(super) const fn is_counted(&self) -> bool {
        self.listening.has(Listening::COUNTS)
    }

    #[inline]
    pub(super) fn tell_success(&self, terms: Terms<'_>) {
        let at_once = self.session.attempt() == 1;
        if at_once && self.is_counted() {
            terms.count_at_once();
            if self.listening.only_counts() {
                return;
            }
        }
        let elapsed = self.elapsed(self.started.map(|_| terms.clock.now()));
        if let Some(elapsed) = elapsed
            && at_once
            && self.listening.has(Listening::LATENCY)
        {
            terms.counted.tally(&terms.labels).took(elapsed);
        }
        let (labels, attempts, waited) = (terms.labels, self.session.attempt(), self.waited());
        let event = Event::Succeeded { labels, attempts, elapsed, waited };
        if !at_once {
            self.tell(terms, &event);
        } else if self.listening.has(Listening::OBSERVERS) {
            observing::tell(terms.observers, &event);
        }
    }

    #[inline]
    pub(super) fn tell(&self, terms: Terms<'_>, event: &Event<'_>) {
        if !self.listening.is_nobody() {
            self.tell_listeners(terms, event);
        }
    }

    #[cold]
    fn tell_listeners(&self, terms: Terms<'_>, event: &Event<'_>) {
        if self.is_counted() {
            let failed_before = self.listening.has(Listening::FAILED);
            let latency = self.listening.has(Listening::LATENCY);
            let counting = Counting { failed_before, latency };
            terms.counted.tally(&terms.labels).count(event, counting);
        }
        if self.listening.has(Listening::OBSERVERS) {
            observing::tell(terms.observers, event);
        }
    }
}
