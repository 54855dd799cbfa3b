//! A table of settings that lies over others, and what it says that holds.
//!
//! A key has two paths: the one inside its table, by which the keys of several tables are the same
//! one, and the whole one, with its section, which an error names.

use crate::adapters::config::keys::LABELS;
use crate::adapters::config::node::{Entry, Origin, Table};
use crate::adapters::config::unknown;

/// A table of settings, over the base or over another.
#[derive(Clone)]
pub(super) struct Layer<'a> {
    /// The section that the table is; empty where there are none, and then it has labels.
    pub(super) section: String,
    pub(super) table: &'a Table,
}

impl<'a> Layer<'a> {
    /// A table that is no section.
    pub(super) const fn alone(table: &'a Table) -> Self {
        Self { section: String::new(), table }
    }

    /// The whole path of a key.
    pub(super) fn path(&self, key: &str) -> String {
        if self.section.is_empty() { key.to_owned() } else { format!("{}.{key}", self.section) }
    }

    /// The keys of its root.
    pub(super) fn keys(&self) -> Vec<&'static str> {
        let mut keys = unknown::root();
        keys.retain(|key| self.section.is_empty() || LABELS.iter().all(|label| label.name != *key));
        keys
    }
}

/// Where a key was written that holds.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) layer: &'a Layer<'a>,
    pub(super) entry: &'a Entry,
}

impl Said<'_> {
    /// The whole path of the key, which its layer knows under `path`.
    pub(super) fn path(&self, path: &str) -> String {
        self.layer.path(path)
    }

    /// The same in brackets, with its line.
    pub(super) fn place(&self, path: &str) -> String {
        let line = match self.entry.origin {
            Origin::Text { line, .. } => format!(", line {line}"),
            _ => String::new(),
        };
        format!(" (`{}`{line})", self.path(path))
    }
}

/// The path of a key in a table.
pub(super) fn join(path: &str, key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let is_plain = key.chars().all(plain) && !key.is_empty();
    let key = if is_plain { key.to_owned() } else { format!("{key:?}") };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}
