//! Settings out of variables: `RETRY_BILLING_ON_RATE_LIMIT_MAX_ATTEMPTS=8`.

use std::env;

use crate::adapters::config::error::{ConfigError, ConfigErrors};
use crate::adapters::config::node::{Data, Origin, Table};
use crate::adapters::config::unknown::{self, TABLES};
use crate::values::kind::ErrorKind;

/// The tree of the variables whose names begin with the prefix.
pub(super) fn tree(prefix: &str, variables: impl IntoIterator<Item = (String, String)>) -> Table {
    let mut wanted: Vec<_> = variables
        .into_iter()
        .filter_map(|(name, value)| Some((rest(prefix, &name)?.to_owned(), name, value)))
        .collect();
    // An environment has no order of its own, and errors should have one.
    wanted.sort();
    let mut root = Table::default();
    for (rest, name, value) in wanted {
        // The keys are in small letters, and only what is in capitals means one: with others it is
        // another variable, which must not be read as well.
        let is_key = !rest.chars().any(|c| c.is_ascii_lowercase());
        let word = if is_key { rest.to_ascii_lowercase() } else { rest.to_ascii_uppercase() };
        place(&mut root, &word, Origin::Variable(name), Data::Raw(value));
    }
    root
}

/// The variables of this process, as far as they begin with the prefix.
///
/// # Errors
///
/// Those of them that are no Unicode.
pub(super) fn of_process(prefix: &str) -> Result<Vec<(String, String)>, ConfigErrors> {
    let (mut variables, mut errors) = (Vec::new(), Vec::new());
    for (name, value) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if rest(prefix, &name).is_none() {
            continue;
        }
        match value.into_string() {
            Ok(value) => variables.push((name, value)),
            Err(value) => {
                let data = Data::Raw(value.to_string_lossy().into_owned());
                let origin = Origin::Variable(name);
                errors.push(ConfigError::of_value("", (&origin, &data), "is not Unicode"));
            }
        }
    }
    ConfigErrors::check(errors).map(|()| variables)
}

fn rest<'n>(prefix: &str, name: &'n str) -> Option<&'n str> {
    let rest = name.strip_prefix(prefix.trim_end_matches('_'))?.strip_prefix('_')?;
    (!rest.is_empty()).then_some(rest)
}

/// Puts a value where its name says: the names of tables and keys with `_` between them.
fn place(root: &mut Table, word: &str, origin: Origin, data: Data) {
    if !unknown::root().contains(&word) {
        for table in TABLES.into_iter().chain(["tags"]) {
            if let Some(key) = inside(word, table) {
                let table_of = root.table(table, &origin);
                return if table == "on" {
                    place_kind(table_of, key, origin, data);
                } else {
                    table_of.push(key, origin, data);
                };
            }
        }
    }
    root.push(word, origin, data);
}

fn place_kind(on: &mut Table, word: &str, origin: Origin, data: Data) {
    for kind in ErrorKind::ALL.map(ErrorKind::as_str) {
        if let Some(key) = inside(word, kind) {
            return on.table(kind, &origin).push(key, origin, data);
        }
    }
    on.push(word, origin, data);
}

fn inside<'w>(word: &'w str, table: &str) -> Option<&'w str> {
    word.strip_prefix(table)?.strip_prefix('_')
}
