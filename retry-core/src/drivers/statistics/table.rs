//! Which operations are counted, by name and service.
//!
//! A tally is kept for the rest of the process, so that a call needs no reference count to use it.
//! How many there are is bounded: functions by the program, the names of handles, which may come from
//! anywhere, by a number.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use crate::machines::tally::{Read, Tally};
use crate::values::labels::Labels;
use crate::values::statistics::OperationStatistics;

/// How many names of handles are kept apart.
const MOST: usize = 1_024;

static TABLE: RwLock<Table> = RwLock::new(Table::new());
/// The handles without a name.
pub(super) static UNNAMED: Tally = Tally::new();
/// The handles beyond those that are kept apart.
static OTHER: Tally = Tally::new();

type ByService = BTreeMap<Option<Box<str>>, &'static Tally>;

#[derive(Debug)]
struct Table {
    by_name: BTreeMap<Box<str>, ByService>,
    handles: usize,
}

/// What is counted under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A function, of which a program has as many as it was written with.
    Function,
    Handle,
}

impl Table {
    const fn new() -> Self {
        Self { by_name: BTreeMap::new(), handles: 0 }
    }

    fn find(&self, labels: &Labels<'_>) -> Option<&'static Tally> {
        let services = self.by_name.get(labels.name?)?;
        services
            .iter()
            .find(|(known, _)| known.as_deref() == labels.service)
            .map(|(_, known)| *known)
    }

    fn insert(&mut self, labels: &Labels<'_>, sort: Sort) -> &'static Tally {
        if sort == Sort::Handle {
            if self.handles == MOST {
                return &OTHER;
            }
            self.handles += 1;
        }
        let tally: &'static Tally = Box::leak(Box::new(Tally::new()));
        let services = self.by_name.entry(labels.name.unwrap_or_default().into()).or_default();
        services.insert(labels.service.map(Into::into), tally);
        tally
    }
}

/// The tally of an operation with these labels, made where it is the first; those of the same name
/// and service share one.
pub(super) fn tally_of(labels: &Labels<'_>, sort: Sort) -> &'static Tally {
    if labels.name.is_none() {
        return &UNNAMED;
    }
    let known = TABLE.read().unwrap_or_else(PoisonError::into_inner).find(labels);
    known.unwrap_or_else(|| {
        let mut table = TABLE.write().unwrap_or_else(PoisonError::into_inner);
        table.find(labels).unwrap_or_else(|| table.insert(labels, sort))
    })
}

/// What each operation that was called has counted, and all together.
pub(super) fn read() -> (Vec<OperationStatistics>, OperationStatistics) {
    let (mut operations, mut total) = (Vec::new(), Read::default());
    each(|name, service, read| {
        total.merge(&read);
        operations.push(read.statistics(name, service));
    });
    (operations, total.statistics("total", None))
}

/// Gives what each operation that was called has counted, by name and service.
pub(crate) fn each(mut visit: impl FnMut(&str, Option<&str>, Read)) {
    let table = TABLE.read().unwrap_or_else(PoisonError::into_inner);
    let known = table.by_name.iter().flat_map(|(name, services)| {
        services.iter().map(move |(service, tally)| (&**name, service.as_deref(), *tally))
    });
    let rest = [("other", None, &OTHER), ("unnamed", None, &UNNAMED)];
    for (name, service, tally) in known.chain(rest) {
        let read = tally.read();
        if read.calls() > 0 {
            visit(name, service, read);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels<'a>(name: &'a str, service: Option<&'a str>) -> Labels<'a> {
        Labels { name: Some(name), service, tags: &[] }
    }

    #[test]
    fn handles_beyond_the_names_that_are_kept_are_counted_together_and_functions_are_not() {
        let mut table = Table::new();
        let names: Vec<_> = (0..MOST).map(|i| format!("handle {i}")).collect();
        for name in &names {
            assert!(!std::ptr::eq(
                table.insert(&labels(name, None), Sort::Handle),
                &raw const OTHER
            ));
        }
        assert!(std::ptr::eq(table.insert(&labels("late", None), Sort::Handle), &raw const OTHER));
        assert!(table.find(&labels("late", None)).is_none());
        let function = table.insert(&labels("function", None), Sort::Function);
        assert!(std::ptr::eq(table.find(&labels("function", None)).unwrap(), function));
    }

    #[test]
    fn the_same_name_and_service_is_the_same_tally_and_another_service_another() {
        let one = tally_of(&labels("table::one", Some("a")), Sort::Function);
        let same = tally_of(&labels("table::one", Some("a")), Sort::Handle);
        let other = tally_of(&labels("table::one", None), Sort::Handle);
        assert!(std::ptr::eq(one, same) && !std::ptr::eq(one, other));
    }
}
