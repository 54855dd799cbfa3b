//! What settings take, as a JSON Schema, by which an editor completes and checks them.
//!
//! It is made from the tables of `keys`, so that a new key is in it by itself. What needs two keys,
//! or to know how long `1m30s` is, stays with the reader: the schema refuses nothing that the reader
//! takes.

use crate::adapters::config::keys::{
    BUDGET, BUDGETS, CIRCUIT_BREAKER, KIND, Key, LABELS, POLICY, RATE_LIMIT,
};
use crate::adapters::config::node::{Data, SCHEMA, Table};
use crate::adapters::config::unknown::{self, TABLES};
use crate::adapters::config::{RetryConfig, RetrySettings, json};
use crate::values::breaker_policy::BreakerPolicy;
use crate::values::kind::ErrorKind;
use crate::values::kind_policy::KindPolicy;
use crate::values::policy::RetryPolicy;
use crate::values::rate_limit_policy::RateLimitPolicy;

/// Between what a value is, as far as it does not depend on other keys.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
    /// Whether `low` itself is not legal.
    pub(super) is_open: bool,
}

pub(super) const ANY: Bound = Bound { low: None, high: None, is_open: false };
pub(super) const ABOVE_ZERO: Bound = Bound { low: Some(0.0), high: None, is_open: true };
/// Above zero, and at most all.
pub(super) const PART: Bound = Bound { low: Some(0.0), high: Some(1.0), is_open: true };

pub(super) const fn at_least(low: f64) -> Bound {
    Bound { low: Some(low), ..ANY }
}

pub(super) const fn within(low: f64, high: f64) -> Bound {
    Bound { low: Some(low), high: Some(high), is_open: false }
}

impl RetryConfig {
    /// The JSON Schema (draft 2020-12) of one set of settings, as JSON.
    ///
    /// It says of each key what it takes, what it means, and what it is where no base says
    /// otherwise. Bounds between two keys are not in it: the reader has them.
    #[must_use]
    pub fn json_schema() -> String {
        let mut keys = Table::default().with(SCHEMA, schema_key());
        keys.0.extend(properties(LABELS, None).0);
        keys.0.extend(settings().0);
        document("Settings of retries", &closed(keys), &[])
    }
}

impl RetrySettings {
    /// The JSON Schema (draft 2020-12) of a whole file, as JSON: what
    /// [`RetryConfig::json_schema`] says, for each section.
    #[must_use]
    pub fn json_schema() -> String {
        let about = "What holds for all calls, where no other section says otherwise.";
        let mut keys = Table::default().with(SCHEMA, schema_key());
        keys.put("defaults", described(refer("section"), about));
        let about = "What holds for the calls to a service, by its name. Lies over [defaults].";
        keys.put("service", sections(about));
        let about = "What holds for one operation, by its name. Lies over its service.";
        keys.put("operation", sections(about));
        let about = "Settings. What is left out is as in the section below, or in the code.";
        let section = described(closed(settings()), about);
        document("A file of settings of retries", &closed(keys), &[("section", section)])
    }
}

/// A schema with what all of its parts refer to.
fn document(title: &str, keys: &Table, parts: &[(&str, Data)]) -> String {
    let mut root = Table::default()
        .with(SCHEMA, Data::word("https://json-schema.org/draft/2020-12/schema"))
        .with("title", Data::word(title));
    root.0.extend(keys.0.iter().cloned());
    let mut defs = Table::default();
    for (name, part) in parts {
        defs.put(name, part.clone());
    }
    defs.0.extend(shared().0);
    json::text(&root.with("$defs", Data::Table(defs)))
}

fn schema_key() -> Data {
    described(typed("string"), "The address of this schema, for an editor.")
}

/// A table of sections by their names.
fn sections(about: &str) -> Data {
    let named = Table::default().with("minLength", Data::Integer(1));
    let table = typed("object").with("propertyNames", Data::Table(named));
    described(table.with("additionalProperties", Data::Table(refer("section"))), about)
}

/// The keys of one set of settings, without its labels.
fn settings() -> Table {
    let mut keys = properties(POLICY, Some(&RetryPolicy::new().to_builder()));
    for name in TABLES {
        let (about, usual) = table(name);
        let schema = match usual {
            None => refer(name),
            Some(_) => any_of([one_of(["default", "none"]), refer(name)]),
        };
        let Data::Table(mut schema) = described(schema, about) else { continue };
        if let Some(usual) = usual {
            schema.put("default", Data::word(usual));
        }
        keys.put(name, Data::Table(schema));
    }
    keys
}

/// What a table of the root is for, and, of a gate, the word for what it is where nothing is said.
fn table(name: &str) -> (&'static str, Option<&'static str>) {
    match name {
        "on" => ("What is different for failures of one kind.", None),
        "circuit_breaker" => ("Stops the calls to a side that is down.", Some("none")),
        "budget" => ("How many retries the other side may be sent.", Some("default")),
        "rate_limit" => ("Slows calls down where the other side throttles them.", Some("none")),
        _ => ("", None),
    }
}

/// What is said once and referred to.
fn shared() -> Table {
    let breaker = BreakerPolicy::new().to_builder();
    let sorts = described(one_of(BUDGETS.map(|(word, _)| word)), "The sort of the budget.");
    let mut budget = Table::default().with("kind", sorts);
    budget.0.extend(properties(BUDGET, None).0);
    for entry in &mut budget.0 {
        let key = BUDGET.iter().find(|key| key.name == entry.key);
        let usual = key.and_then(|key| BUDGETS.iter().find_map(|(_, sort)| (key.get)(sort)));
        let usual = usual.unwrap_or_else(|| Data::word(BUDGETS[0].0));
        if let Data::Table(schema) = &mut entry.data {
            schema.put("default", usual);
        }
    }
    let mut on = Table::default();
    for kind in unknown::kinds() {
        on.put(kind, Data::Table(any_of([one_of(["none"]), refer("on_kind")])));
    }
    let kind = properties(KIND, Some(&KindPolicy::new(ErrorKind::Unknown)));
    let limit = properties(RATE_LIMIT, Some(&RateLimitPolicy::new()));
    let kinds = one_of(ErrorKind::ALL.map(ErrorKind::as_str));
    let about =
        "A length of time: numbers with their units, such as \"250ms\", \"2s\" or \"1m30s\".";
    let above = "A length of time above zero, such as \"250ms\", \"2s\" or \"1m30s\".";
    Table::default()
        .with("on", Data::Table(closed(on)))
        .with("on_kind", Data::Table(closed(kind)))
        .with("circuit_breaker", Data::Table(closed(properties(CIRCUIT_BREAKER, Some(&breaker)))))
        .with("budget", Data::Table(closed(budget)))
        .with("rate_limit", Data::Table(closed(limit)))
        .with("kind", described(kinds, "A kind of failure."))
        .with("time", described(time(), about))
        .with("time_above_zero", described(time_above_zero(), above))
}

/// As the reader parses it: the parts of `1m30s`, with space wherever one may like it.
fn time() -> Table {
    const NUMBER: &str = r"[0-9][0-9\s]*(?:\.[0-9\s]*[0-9][0-9\s]*)?";
    const UNITS: &str = "nanos|nsec|ns|usec|us|µs|millis|msec|ms|seconds|second|secs|sec|s\
        |minutes|minute|mins|min|m|hours|hour|hrs|hr|h|days|day|d|weeks|week|wks|wk|w\
        |months|month|M|years|year|yrs|yr|y";
    let pattern = format!(r"^(?:0|\s*(?:{NUMBER}(?:{UNITS})\s*)+)$");
    typed("string").with("pattern", Data::Text(pattern))
}

fn time_above_zero() -> Table {
    let any_digit = Table::default().with("pattern", Data::word("[1-9]"));
    let both = [refer("time"), any_digit].map(Data::Table);
    Table::default().with("allOf", Data::List(both.into()))
}

/// The keys of a table, with what they are in `usual`.
fn properties<T>(keys: &[Key<T>], usual: Option<&T>) -> Table {
    let mut all = Table::default();
    for key in keys {
        let Data::Table(mut schema) = described((key.schema)(), key.about) else { continue };
        if let Some(usual) = usual.and_then(key.get) {
            schema.put("default", usual);
        }
        all.put(key.name, Data::Table(schema));
    }
    all
}

/// A table with these keys and no others.
fn closed(keys: Table) -> Table {
    typed("object")
        .with("additionalProperties", Data::Bool(false))
        .with("properties", Data::Table(keys))
}

/// A schema with what an editor shows beside it.
fn described(schema: Table, about: &str) -> Data {
    let mut all = Table::default().with("description", Data::word(about));
    all.0.extend(schema.0);
    Data::Table(all)
}

pub(super) fn typed(name: &str) -> Table {
    Table::default().with("type", Data::word(name))
}

pub(super) fn refer(name: &str) -> Table {
    Table::default().with("$ref", Data::Text(format!("#/$defs/{name}")))
}

pub(super) fn one_of<const N: usize>(words: [&str; N]) -> Table {
    Table::default().with("enum", Data::List(words.map(Data::word).into()))
}

pub(super) fn any_of<const N: usize>(schemas: [Table; N]) -> Table {
    Table::default().with("anyOf", Data::List(schemas.map(Data::Table).into()))
}
