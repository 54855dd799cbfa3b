//! A gate that holds its callers and counts what it has given.

#![allow(dead_code)] // each test file uses what it needs

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::SeqCst};
use std::task::Waker;

use retry_core::{Admission, Clock, Gate, Held, Pass, Request, Settlement, Ticket};

/// A gate that lets first attempts go and holds the others, or holds all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Porter {
    pub(crate) holds_all: bool,
    pub(crate) passes: Arc<AtomicI64>,
    pub(crate) tickets: Arc<AtomicI64>,
    /// Lets go whoever asks again.
    pub(crate) opens: Arc<AtomicBool>,
}

impl Porter {
    pub(crate) fn strict() -> Self {
        Self { holds_all: true, ..Self::default() }
    }
}

impl Gate for Porter {
    fn admit(&self, request: &Request<'_>) -> Admission {
        if self.holds_all || request.attempt() > 1 {
            self.tickets.fetch_add(1, SeqCst);
            return Admission::Hold(Ticket(0));
        }
        self.passes.fetch_add(1, SeqCst);
        Admission::Go(Pass::default())
    }

    fn ask_again(&self, _: Ticket, _: &Request<'_>, _: &Waker) -> Held {
        if !self.opens.load(SeqCst) {
            return Held::Wait(None);
        }
        self.tickets.fetch_sub(1, SeqCst);
        self.passes.fetch_add(1, SeqCst);
        Held::Go(Pass::default())
    }

    fn leave(&self, _: Ticket, _: &dyn Clock) {
        self.tickets.fetch_sub(1, SeqCst);
    }

    fn settle(&self, _: Pass, _: &Settlement<'_>) {
        self.passes.fetch_sub(1, SeqCst);
    }
}
