//! Settings out of TOML, with the place of every key.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::adapters::config::error::ConfigError;
use crate::adapters::config::node::{Data, Origin, Table};

/// The tree of a text.
///
/// # Errors
///
/// Where it is no TOML. With no more than keys that are given twice the tree is there as well, for
/// what else is wrong.
pub(super) fn tree(text: &str) -> (Option<Table>, Vec<ConfigError>) {
    /// What `toml` says about a key that is given twice.
    const TWICE: &str = "duplicate key";
    let places = Places::of(text);
    let (root, errors) = DeTable::parse_recoverable(text);
    let is_read = errors.iter().all(|error| error.message() == TWICE);
    let errors = errors.iter().map(|error| {
        let span = error.span().unwrap_or_default();
        let origin = places.origin(&span);
        if error.message() == TWICE {
            let key = text.get(span).unwrap_or_default();
            return ConfigError::of_key(key, &origin, format!("`{key}` is given twice"));
        }
        ConfigError::of_key("", &origin, error.message())
    });
    let errors = errors.collect();
    (is_read.then(|| table(root.get_ref(), &places)), errors)
}

fn table(from: &DeTable<'_>, places: &Places<'_>) -> Table {
    let mut table = Table::default();
    for (key, value) in from {
        table.push(key.get_ref(), places.origin(&key.span()), data(value.get_ref(), places));
    }
    table
}

fn data(value: &DeValue<'_>, places: &Places<'_>) -> Data {
    match value {
        DeValue::String(text) => Data::word(text),
        DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Data::Other(number.to_string()), Data::Integer),
        DeValue::Float(number) => {
            let read = number.as_str().parse();
            read.map_or_else(|_| Data::Other(number.to_string()), Data::Float)
        }
        DeValue::Boolean(value) => Data::Bool(*value),
        DeValue::Datetime(date) => Data::Other(date.to_string()),
        DeValue::Array(list) => {
            Data::List(list.iter().map(|value| data(value.get_ref(), places)).collect())
        }
        DeValue::Table(inner) => Data::Table(table(inner, places)),
    }
}

/// Where the lines of a text begin.
struct Places<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Places<'t> {
    fn of(text: &'t str) -> Self {
        let after = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(after).collect() }
    }

    fn origin(&self, span: &Range<usize>) -> Origin {
        let line = self.starts.partition_point(|start| *start <= span.start);
        let start = self.starts[line - 1];
        let before = self.text.get(start..span.start).unwrap_or_default();
        Origin::Text { line, column: before.chars().count() + 1 }
    }
}
