//! Where a function or a handle keeps the tally of its calls, once one was counted.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::drivers::statistics::table::{Sort, UNNAMED, tally_of};
use crate::machines::tally::Tally;
use crate::values::labels::Labels;

/// The tally of a function or of a handle, looked up at the first call that is counted.
#[derive(Debug)]
pub(crate) struct TallyCell {
    tally: OnceLock<&'static Tally>,
    sort: Sort,
}

impl TallyCell {
    /// Of an annotated function.
    pub(crate) const fn of_function() -> Self {
        Self { tally: OnceLock::new(), sort: Sort::Function }
    }

    /// Of a handle.
    pub(crate) const fn of_handle() -> Self {
        Self { tally: OnceLock::new(), sort: Sort::Handle }
    }

    #[inline]
    pub(crate) fn tally(&self, labels: &Labels<'_>) -> &'static Tally {
        self.tally.get_or_init(|| tally_of(labels, self.sort))
    }
}

/// The same for a function over handles without a name. The service is the handle's, and another call
/// may come with another: the first is remembered, which nearly always is the only one.
#[derive(Debug)]
#[allow(missing_docs)] // not public: see `__private`
pub struct TallyOverHandles {
    first: OnceLock<(Option<Box<str>>, &'static Tally)>,
}

impl TallyOverHandles {
    #[must_use]
    #[allow(clippy::new_without_default, missing_docs)] // it stands in a static
    pub const fn new() -> Self {
        Self { first: OnceLock::new() }
    }

    fn tally(&self, labels: &Labels<'_>) -> &'static Tally {
        let find = || tally_of(labels, Sort::Function);
        let (service, tally) = self.first.get_or_init(|| (labels.service.map(Into::into), find()));
        if service.as_deref() == labels.service { tally } else { find() }
    }
}

/// Where a call finds its tally.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counted<'a> {
    Here(&'a TallyCell),
    Over(&'a TallyOverHandles),
    Unnamed,
}

impl Counted<'_> {
    #[inline]
    pub(crate) fn tally(self, labels: &Labels<'_>) -> &'static Tally {
        match self {
            Self::Here(cell) => cell.tally(labels),
            Self::Over(function) => function.tally(labels),
            Self::Unnamed => &UNNAMED,
        }
    }
}

/// A small number for the present thread, by which threads keep out of each other's way.
#[inline]
pub(crate) fn thread_number() -> usize {
    thread_local! {
        static NUMBER: Cell<usize> = const { Cell::new(0) };
    }
    // A thread that is being torn down may be anyone's neighbour.
    NUMBER
        .try_with(|number| match number.get() {
            0 => first_number(number),
            number => number,
        })
        .unwrap_or(1)
}

#[cold]
fn first_number(own: &Cell<usize>) -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(1);
    let number = THREADS.fetch_add(1, Ordering::Relaxed).max(1);
    own.set(number);
    number
}
