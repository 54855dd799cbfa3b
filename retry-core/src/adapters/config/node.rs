//! Settings before they mean anything: tables of values, each with the place that it comes from.
//!
//! TOML, any format of serde and the environment become the same tree, so that there is one reader
//! and one way to be wrong.

use std::fmt;

use crate::adapters::config::error::ConfigError;
use crate::adapters::config::unknown::TABLES;

/// The key that tells an editor the schema of a document.
pub(super) const SCHEMA: &str = "$schema";

/// Where a key was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Origin {
    /// The format does not say.
    Nowhere,
    /// Both from 1, the column in characters.
    #[cfg_attr(not(feature = "toml"), expect(dead_code, reason = "no other source has lines"))]
    Text { line: usize, column: usize },
    /// A variable of the environment.
    Variable(String),
}

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Data {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    /// A text that may also be a number: in the environment nothing is quoted.
    Raw(String),
    List(Vec<Data>),
    Table(Table),
    /// What no setting takes, as it was written: a date, a number of forty digits.
    Other(String),
}

/// Keys in the order in which they were written. One may be there twice, until somebody looks.
#[derive(Clone, Debug, Default)]
pub(super) struct Table(pub(super) Vec<Entry>);

/// A key with its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) origin: Origin,
    pub(super) data: Data,
}

impl Table {
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.key == key)
    }

    pub(super) fn push(&mut self, key: &str, origin: Origin, data: Data) {
        self.0.push(Entry { key: key.to_owned(), origin, data });
    }

    /// Puts a key that nobody wrote.
    pub(super) fn put(&mut self, key: &str, data: Data) {
        self.push(key, Origin::Nowhere, data);
    }

    /// With a key that nobody wrote.
    pub(super) fn with(mut self, key: &str, data: Data) -> Self {
        self.put(key, data);
        self
    }

    /// What of it is about gates.
    pub(super) fn gates(&self) -> Self {
        let [_, gates @ ..] = TABLES;
        let about_gates = self.0.iter().filter(|entry| gates.contains(&entry.key.as_str()));
        Self(about_gates.cloned().collect())
    }

    /// Takes out what tells an editor the schema of a document, and says what is wrong with it.
    pub(super) fn take_schema(&mut self) -> Option<ConfigError> {
        let at = self.0.iter().position(|entry| entry.key == SCHEMA)?;
        let entry = self.0.remove(at);
        let why = "takes the address of a JSON Schema, such as \"retry.schema.json\"";
        let is_text = entry.data.text().is_some();
        let origin = (&entry.origin, &entry.data);
        (!is_text).then(|| ConfigError::of_value(&format!("{SCHEMA:?}"), origin, why))
    }

    /// The table of that key, made where there is none yet.
    pub(super) fn table(&mut self, key: &str, origin: &Origin) -> &mut Self {
        let is_that = |entry: &Entry| entry.key == key && matches!(entry.data, Data::Table(_));
        if !self.0.iter().any(is_that) {
            self.push(key, origin.clone(), Data::Table(Self::default()));
        }
        let entry = self.0.iter_mut().find(|entry| is_that(entry));
        match entry.map(|entry| &mut entry.data) {
            Some(Data::Table(table)) => table,
            _ => unreachable!("it was made above"),
        }
    }
}

impl Data {
    pub(super) fn word(word: &str) -> Self {
        Self::Text(word.to_owned())
    }

    pub(super) const fn table(&self) -> Option<&Table> {
        match self {
            Self::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Raw(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn integer(&self) -> Option<i128> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Raw(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Float(number) => Some(*number),
            // Nothing that settings take is above 2^53.
            #[allow(clippy::cast_precision_loss)]
            Self::Integer(number) => Some(*number as f64),
            Self::Raw(text) => text.parse().ok(),
            _ => None,
        }
    }
}

/// The same values under the same keys, wherever they were written.
impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self.0.iter().zip(&other.0).all(|(a, b)| a.key == b.key && a.data == b.data)
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Text(a), Self::Text(b))
            | (Self::Raw(a), Self::Raw(b))
            | (Self::Other(a), Self::Other(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Table(a), Self::Table(b)) => a == b,
            _ => false,
        }
    }
}

/// How much of a value an error repeats, in characters.
const SHOWN: usize = 60;

/// As in an error: texts in quotes where the format has them, and nothing at length.
impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shortened = |text: &str| {
            let cut = text.char_indices().nth(SHOWN);
            cut.map_or_else(|| text.to_owned(), |(at, _)| format!("{}…", &text[..at]))
        };
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Text(text) => write!(f, "{:?}", shortened(text)),
            Self::Raw(text) => f.write_str(&shortened(text).escape_debug().to_string()),
            Self::List(_) => f.write_str("[…]"),
            Self::Table(_) => f.write_str("{…}"),
            Self::Other(text) => f.write_str(&shortened(text)),
        }
    }
}
