//! Settings out of TOML, with the place of every key.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::adapters::config::error::ConfigError;
use crate::adapters::config::layer::join;
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
        let shown = text.get(span.clone()).unwrap_or_default();
        if error.message() == TWICE {
            let path = twice(root.get_ref(), span.start, shown).unwrap_or_else(|| shown.to_owned());
            return ConfigError::of_key(&path, &origin, format!("`{shown}` is given twice"));
        }
        let hint = if shown.starts_with("::") { COLONS } else { "" };
        ConfigError::of_key("", &origin, format!("{}{hint}", error.message()))
    });
    let errors = errors.collect();
    (is_read.then(|| table(root.get_ref(), &places)), errors)
}

const COLONS: &str = "; a name with colons stands in quotes, such as \"billing::charge\"";

/// The path of the key that stands a second time at `place`.
///
/// Of a table the tree has the second place. Of another key it has the first, in the table that
/// began last before the second and has not ended.
fn twice(root: &DeTable<'_>, place: usize, shown: &str) -> Option<String> {
    let key = shown.trim_matches(['"', '\'']);
    let mut open = vec![(String::new(), 0, root)];
    let mut found = None;
    while let Some((path, start, table)) = open.pop() {
        for (name, value) in table {
            let (own, of_value) = (name.span(), value.span());
            let path = join(&path, name.get_ref());
            if own.start == place {
                return Some(path);
            }
            let is_nearer = found.as_ref().is_none_or(|(nearest, _)| *nearest <= start);
            if name.get_ref() == key && own.start < place && is_nearer {
                found = Some((start, path.clone()));
            }
            let is_over = of_value.start > own.end && of_value.end <= place;
            if let (DeValue::Table(inner), false) = (value.get_ref(), is_over) {
                open.push((path, own.start, inner));
            }
        }
    }
    found.map(|(_, path)| path)
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
